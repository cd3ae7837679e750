"""Word documents (docx): paragraphs, tables and notes, by chapter."""

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

_HEADING = re.compile(r"heading \d|title", re.IGNORECASE)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TEXTS = frozenset(("p", "tc", "tr"))
_UNREAD = frozenset(("pPr", "Fallback"))  # settings of tabs; the same text again, for old programs
_NOTES = ("footnotes", "endnotes", "comments")
_MOST_PLACE_CHARACTERS = 80


def read_docx(path: Path) -> Iterator[Found]:
    """Chapters, as headings divide them; then notes."""
    with open_archive(path, "a Word document") as archive:
        main = _main_part(archive)
        parts = dict(targets(archive, main).values())
        body = _Body(_heading_styles(archive, parts.get("styles", "")))
        yield from body.chapters(archive, main)
        for kind in _NOTES:
            if parts.get(kind) in archive.namelist():
                yield Section(kind, "\n".join(_Body(frozenset()).lines(archive, parts[kind])))


def _main_part(archive: zipfile.ZipFile) -> str:
    for kind, target in targets(archive, "").values():
        if kind == "officeDocument" and target in archive.namelist():
            return target
    if "word/document.xml" in archive.namelist():
        return "word/document.xml"
    raise UnreadableError(mark("It is not a Word document."))


def _heading_styles(archive: zipfile.ZipFile, part: str) -> frozenset[str]:
    """Ids of the styles that are headings; their names are English in every language's Word."""
    found: set[str] = set()
    if part not in archive.namelist():
        return frozenset()
    style = ""
    for event, tag, element in elements(archive, part):
        if event == "start" and tag == "style":
            style = attribute(element, "styleId")
        elif event == "end" and tag == "name" and _HEADING.match(attribute(element, "val")):
            found.add(style)
    return frozenset(found)


class _Body:
    """Reads one part; a table's row is one line, a text box belongs to its paragraph."""

    def __init__(self, headings: frozenset[str]) -> None:
        self._headings = headings
        self._open: list[list[str]] = []  # texts of the paragraphs, cells and rows that are open
        self._unread = 0
        self._is_heading = False

    def chapters(self, archive: zipfile.ZipFile, part: str) -> Iterator[Section]:
        lines: list[str] = []
        place = ""
        for line in self.lines(archive, part):
            if self._is_heading and line.strip():
                yield Section(place, "\n".join(lines))
                lines = []
                place = f'section "{" ".join(line.split())[:_MOST_PLACE_CHARACTERS]}"'
            lines.append(line)
        yield Section(place, "\n".join(lines))

    def lines(self, archive: zipfile.ZipFile, part: str) -> Iterator[str]:
        for event, tag, element in elements(archive, part):
            if tag in _UNREAD:
                self._unread += 1 if event == "start" else -1
            if event == "start":
                if tag in _TEXTS:
                    self._open.append([])
                continue
            if tag == "pStyle" and len(self._open) == 1:
                self._is_heading = attribute(element, "val") in self._headings
            line = self._end(tag, element.text or "")
            if line is not None:
                yield line
                self._is_heading = False
            if tag in _TEXTS:
                element.clear()

    def _end(self, tag: str, text: str) -> str | None:
        """A line that is complete with this element."""
        if tag in _TEXTS:
            return self._close(tag, self._open.pop())
        if self._open and not self._unread:
            if tag == "t":
                self._open[-1].append(text)
            elif tag in _BREAKS:
                self._open[-1].append(_BREAKS[tag])
        return None

    def _close(self, tag: str, parts: list[str]) -> str | None:
        match tag:
            case "tc":
                text = " ".join("".join(parts).split())
            case "tr":
                text = " | ".join(parts)
            case _:
                text = f"{''.join(parts)}\n"
        if not self._open:
            return text
        if tag == "tc":
            self._open[-1].append(text)
        elif text.strip():
            self._open[-1].append(f"{text} ")
        return None
