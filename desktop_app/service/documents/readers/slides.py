"""Presentations (pptx): slide by slide, with tables and notes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from desktop_app.prose import mark
from desktop_app.service.documents.readers.archive import (
    attribute,
    elements,
    open_archive,
    targets,
)
from desktop_app.service.documents.sections import Found, Section, UnreadableError

_MAIN = "ppt/presentation.xml"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")


def read_pptx(path: Path) -> Iterator[Found]:
    """The slides in the order in which they are shown."""
    with open_archive(path, "a PowerPoint presentation") as archive:
        for number, slide in enumerate(_slides(archive), 1):
            names = set(archive.namelist())
            parts = [
                (kind, name) for kind, name in targets(archive, slide).values() if name in names
            ]
            texts = [_text(archive, slide)]
            texts += [_text(archive, name) for kind, name in parts if kind == "diagramData"]
            yield Section(f"slide {number}", "\n".join(texts))
            for kind, name in parts:
                if kind == "notesSlide":
                    yield Section(f"slide {number}, notes", _text(archive, name))


def _slides(archive: zipfile.ZipFile) -> list[str]:
    names = set(archive.namelist())
    if _MAIN not in names:
        raise UnreadableError(mark("It is not a PowerPoint presentation."))
    parts = targets(archive, _MAIN)
    shown = [parts[one][1] for one in _shown(archive) if one in parts and parts[one][1] in names]
    if shown:
        return shown
    numbered = [(int(match[1]), name) for name in names if (match := _SLIDE.fullmatch(name))]
    return [name for _, name in sorted(numbered)]


def _shown(archive: zipfile.ZipFile) -> Iterator[str]:
    """The relation ids of the slides, in order."""
    for event, tag, element in elements(archive, _MAIN):
        if event == "end" and tag == "sldId":
            yield next((value for key, value in element.items() if key.endswith("}id")), "")


def _text(archive: zipfile.ZipFile, part: str) -> str:
    """Paragraphs as lines, a table's row as one line; numbers of the page are left out."""
    lines: list[str] = []
    words: list[str] = []
    cells: list[str] | None = None
    is_field = False
    for event, tag, element in elements(archive, part):
        if event == "start":
            cells = [] if tag == "tr" else cells
            is_field = is_field or (tag == "fld" and attribute(element, "type") == "slidenum")
        elif tag == "t" and not is_field:
            words.append(element.text or "")
        elif tag == "fld":
            is_field = False
        elif tag == "br":
            words.append("\n")
        elif tag == "tc" and cells is not None:
            cells.append(" ".join("".join(words).split()))
            words = []
        elif tag == "tr" and cells is not None:
            lines.append(" | ".join(cells))
            cells = None
        elif tag == "p" and cells is None:
            lines.append("".join(words))
            words = []
        elif tag == "p":
            words.append(" ")
    return "\n".join(line for line in lines if line.strip())
