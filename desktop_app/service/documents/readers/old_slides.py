"""Presentations of PowerPoint 97 to 2003 (ppt): the text of slides and notes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.prose import mark
from desktop_app.service.documents.readers.compound_file import CompoundFile
from desktop_app.service.documents.sections import Found, Section, UnreadableError

_ENCRYPTED = 0xF3D1C4DF
_CONTAINER = 0xF
_SLIDES, _NOTES = 0, 2  # which list of slides a SlideListWithText is

_SLIDE_ATOM = 0x03EF
_SLIDE_PERSIST = 0x03F3
_TEXT_CHARS = 0x0FA0
_TEXT_BYTES = 0x0FA8
_SLIDE_LIST = 0x0FF0
_USER_EDIT = 0x0FF5
_PERSIST_DIRECTORY = 0x1772

_MOST_EDITS = 1_000
_DEEPEST = 32
_DAMAGED = mark("The presentation is damaged: save it as pptx, then add that.")


@dataclass(frozen=True, slots=True)
class _Record:
    """Its body is ``content[start:end]``."""

    version: int
    instance: int
    kind: int
    start: int
    end: int


@dataclass(slots=True)
class _Slide:
    """One entry of a list of slides: where its drawing is, and its words in the outline."""

    persist_id: int
    slide_id: int
    outline: list[str] = field(default_factory=list)


def read_ppt(path: Path) -> Iterator[Found]:
    """The slides in order, each with its notes."""
    file = CompoundFile(path, "a PowerPoint presentation")
    user, content = file.stream("Current User"), file.stream("PowerPoint Document")
    if "EncryptedSummary" in file or "EncryptedPackage" in file:
        raise UnreadableError(mark("The presentation is protected by a password."))
    if not content:
        raise UnreadableError(mark("It is not a PowerPoint presentation."))
    try:
        token, latest = struct.unpack_from("<2I", user, 12)
        if token == _ENCRYPTED:
            raise UnreadableError(mark("The presentation is protected by a password."))
        sections = list(_Presentation(content, latest).sections())
    except struct.error as error:
        raise UnreadableError(_DAMAGED) from error
    yield from sections


class _Presentation:
    """The records as the latest edit left them."""

    def __init__(self, content: bytes, latest_edit: int) -> None:
        self._content = content
        self._places: dict[int, int] = {}
        self._document = 0
        self._follow_edits(latest_edit)

    def sections(self) -> Iterator[Section]:
        slides = self._slides(_SLIDES)
        notes = {one.slide_id: one for one in self._slides(_NOTES)}
        for number, slide in enumerate(slides, 1):
            drawing = self._object(slide.persist_id)
            texts = slide.outline + self._texts(drawing)
            yield Section(f"slide {number}", "\n".join(dict.fromkeys(texts)))
            if note := notes.get(self._notes_id(drawing)):
                own = self._texts(self._object(note.persist_id))
                yield Section(f"slide {number}, notes", "\n".join(own))

    def _follow_edits(self, at: int) -> None:
        """Every save appends what changed: the newest place of each object counts."""
        for _ in range(_MOST_EDITS):
            edit = self._record(at)
            if edit.kind != _USER_EDIT:
                raise UnreadableError(_DAMAGED)
            earlier, directory, document = struct.unpack_from("<3I", self._content, edit.start + 8)
            self._document = self._document or document
            self._note_places(self._record(directory))
            if not earlier or earlier >= at:
                return
            at = earlier

    def _note_places(self, directory: _Record) -> None:
        if directory.kind != _PERSIST_DIRECTORY:
            raise UnreadableError(_DAMAGED)
        at = directory.start
        while at + 4 <= directory.end:
            (head,) = struct.unpack_from("<I", self._content, at)
            first, count = head & 0xFFFFF, head >> 20
            for index, place in enumerate(struct.unpack_from(f"<{count}I", self._content, at + 4)):
                self._places.setdefault(first + index, place)
            at += 4 + 4 * count

    def _slides(self, which: int) -> list[_Slide]:
        slides: list[_Slide] = []
        document = self._object(self._document)
        for record in self._children(document):
            if record.kind != _SLIDE_LIST or record.instance != which:
                continue
            for part in self._children(record):
                if part.kind == _SLIDE_PERSIST:
                    persist_id, _, _, slide_id = struct.unpack_from(
                        "<4I", self._content, part.start
                    )
                    slides.append(_Slide(persist_id, slide_id))
                elif slides and (text := self._text(part)):
                    slides[-1].outline.append(text)
        return slides

    def _notes_id(self, slide: _Record) -> int:
        for record in self._children(slide):
            if record.kind == _SLIDE_ATOM:
                return int(struct.unpack_from("<I", self._content, record.start + 16)[0])
        return 0

    def _texts(self, record: _Record, depth: int = 0) -> list[str]:
        found: list[str] = []
        for child in self._children(record):
            if text := self._text(child):
                found.append(text)
            elif child.version == _CONTAINER and depth < _DEEPEST:
                found += self._texts(child, depth + 1)
        return found

    def _text(self, record: _Record) -> str:
        body = self._content[record.start : record.end]
        if record.kind == _TEXT_CHARS:
            text = body.decode("utf-16-le", errors="replace")
        elif record.kind == _TEXT_BYTES:
            text = body.decode("latin-1")
        else:
            return ""
        return text.replace("\r", "\n").replace("\x0b", "\n").strip("\0\n ")

    def _children(self, record: _Record) -> Iterator[_Record]:
        at = record.start
        while record.version == _CONTAINER and at + 8 <= record.end:
            child = self._record(at)
            yield child
            at = child.end

    def _object(self, persist_id: int) -> _Record:
        """Without children where it is not there."""
        place = self._places.get(persist_id)
        return _Record(0, 0, 0, 0, 0) if place is None else self._record(place)

    def _record(self, at: int) -> _Record:
        head, kind, size = struct.unpack_from("<HHI", self._content, at)
        end = min(at + 8 + size, len(self._content))
        return _Record(head & 0xF, head >> 4, kind, at + 8, end)
