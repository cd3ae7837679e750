"""The file format around old Office documents: streams by name, like files in a folder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from desktop_app.prose import mark
from desktop_app.service.documents.sections import UnreadableError

_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY_BYTES = 128
_STREAM = 2
_DAMAGED = mark("The file is damaged or cut off.")


class CompoundFile:
    """The streams of a file's root.

    Raises:
        UnreadableError: It is no such file, or damaged.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._content = path.read_bytes()
        if not self._content.startswith(_MAGIC):
            raise UnreadableError(f"It is not {kind}.")
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise UnreadableError(_DAMAGED) from error

    def __contains__(self, name: str) -> bool:
        return name in self._streams

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; empty where there is none.

        Raises:
            UnreadableError: It is damaged.
        """
        start, size = self._streams.get(name, (0, 0))
        if size == 0:
            return b""
        try:
            chain = self._small_chain if size < self._small_below else self._chain
            content = chain(start)
        except IndexError as error:
            raise UnreadableError(_DAMAGED) from error
        if len(content) < size:
            raise UnreadableError(_DAMAGED)
        return content[:size]

    def _open(self) -> None:
        header = self._content
        sector_power, small_power = struct.unpack_from("<HH", header, 30)
        if not 7 <= sector_power <= 16 or small_power >= sector_power:
            raise IndexError
        self._sector, self._small = 1 << sector_power, 1 << small_power
        directory, _, self._small_below, small_table = struct.unpack_from("<4I", header, 48)
        self._next = list(self._sectors_table())
        self._small_next = self._words(self._chain(small_table))
        entries = self._chain(directory)
        count = len(entries) // _ENTRY_BYTES
        root_start, root_size = self._place(entries, 0)
        self._small_content = self._chain(root_start)[:root_size]
        self._streams = {
            name: place for name, place in self._children(entries, count) if place is not None
        }

    def _sectors_table(self) -> Iterator[int]:
        """Which sector follows each; the table's own sectors are listed in header and beyond."""
        listed = list(struct.unpack_from("<109I", self._content, 76))
        more, count = struct.unpack_from("<2I", self._content, 68)
        for _ in range(min(count, len(self._content) // self._sector)):
            if more >= _LAST_SECTOR:
                break
            words = self._words(self._sector_at(more))
            listed += words[:-1]
            more = words[-1]
        for sector in listed:
            if sector < _LAST_SECTOR:
                yield from self._words(self._sector_at(sector))

    def _sector_at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        if start >= len(self._content):
            raise IndexError
        return self._content[start : start + self._sector]

    def _chain(self, first: int) -> bytes:
        sectors = []
        while first < _LAST_SECTOR:
            sectors.append(self._sector_at(first))
            first = self._next[first]
            if len(sectors) > len(self._next):  # it bites its own tail
                raise IndexError
        return b"".join(sectors)

    def _small_chain(self, first: int) -> bytes:
        pieces = []
        while first < _LAST_SECTOR:
            pieces.append(self._small_content[first * self._small :][: self._small])
            first = self._small_next[first]
            if len(pieces) > len(self._small_next):
                raise IndexError
        return b"".join(pieces)

    def _children(self, entries: bytes, count: int) -> Iterator[tuple[str, tuple[int, int] | None]]:
        """The root's streams: those of objects within the document are others' business."""
        waiting = [struct.unpack_from("<I", entries, 76)[0]]
        seen: set[int] = set()
        while waiting:
            index = waiting.pop()
            if index >= count or index in seen:
                continue
            seen.add(index)
            at = index * _ENTRY_BYTES
            length = min(64, struct.unpack_from("<H", entries, at + 64)[0])
            name = entries[at : at + max(0, length - 2)].decode("utf-16-le", errors="replace")
            is_stream = entries[at + 66] == _STREAM
            yield name, self._place(entries, index) if is_stream else None
            waiting += struct.unpack_from("<2I", entries, at + 68)

    @staticmethod
    def _place(entries: bytes, index: int) -> tuple[int, int]:
        start, size = struct.unpack_from("<2I", entries, index * _ENTRY_BYTES + 116)
        return start, size

    @staticmethod
    def _words(content: bytes) -> list[int]:
        return list(struct.unpack_from(f"<{len(content) // 4}I", content))
