"""Word documents (docx): paragraphs, tables and notes, by chapter."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from desktop_app.service.documents.readers.archive import (
    attribute,
    elements,
    open_archive,
    targets,
)
from desktop_app.service.documents.sections import Found, Section, UnreadableError

_HEADING = re.compile(r"heading \d|title", re.IGNORECASE)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
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
    raise UnreadableError("It is not a Word document.")


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
    """Reads one part; a table's row is one line."""

    def __init__(self, headings: frozenset[str]) -> None:
        self._headings = headings
        self._text: list[str] = []
        self._cells: list[list[str]] = []
        self._is_heading = False
        self.heading = ""

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
            if event == "start":
                self._start(tag)
                continue
            line = self._end(tag, element.text or "", attribute(element, "val"))
            if line is not None:
                yield line
            if tag in ("p", "tr"):
                element.clear()

    def _start(self, tag: str) -> None:
        if tag == "p" and not self._cells:
            self._text = []
            self._is_heading = False
        elif tag == "tr":
            self._cells.append([])
        elif tag == "tc" and self._cells:
            self._text = []

    def _end(self, tag: str, text: str, value: str) -> str | None:
        """A line that is complete with this element."""
        if tag == "t":
            self._text.append(text)
        elif tag in _BREAKS:
            self._text.append(_BREAKS[tag])
        elif tag == "pStyle" and not self._cells:
            self._is_heading = value in self._headings
        elif tag == "tc" and self._cells:
            self._cells[-1].append(" ".join("".join(self._text).split()))
        elif tag == "tr" and self._cells:
            return self._row()
        elif tag == "p":
            return self._paragraph()
        return None

    def _row(self) -> str | None:
        row = " | ".join(self._cells.pop())
        if not self._cells:
            self._is_heading = False
            return row
        self._text.append(f" {row}")  # a table within a cell
        return None

    def _paragraph(self) -> str | None:
        if self._cells:
            self._text.append(" ")
            return None
        return f"{''.join(self._text)}\n"
