"""How long and how large a video in an MP4 or MOV file is, as its headers say. Pure."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_MOST_BOXES = 4_000


class VideoFacts(NamedTuple):
    """What the headers say; zeros where they say nothing."""

    width: int
    height: int
    duration_s: float


class _Box(NamedTuple):
    name: bytes
    start: int
    end: int


def read_mp4_facts(file: BinaryIO) -> VideoFacts | None:
    """The facts; None where the file is another one. Only headers are read.

    Raises:
        OSError
    """
    file.seek(0, os.SEEK_END)
    end = file.tell()
    boxes = {box.name: box for box in _boxes(file, 0, end)}
    if b"moov" not in boxes:
        return None
    duration_s, sizes = 0.0, [(0, 0)]
    for box in _boxes(file, boxes[b"moov"].start, boxes[b"moov"].end):
        if box.name == b"mvhd":
            duration_s = _duration_s(_content(file, box, 32))
        elif box.name == b"trak":
            heads = (one for one in _boxes(file, box.start, box.end) if one.name == b"tkhd")
            sizes += [_size(_content(file, one, 96)) for one in heads]
    width, height = max(sizes)  # sound has none
    return VideoFacts(width, height, duration_s)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(16)
        if len(head) < 8 or start + 8 > end:
            return
        size, name, begins = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1 and len(head) == 16:
            size, begins = int.from_bytes(head[8:], "big"), 16
        elif size == 0:
            size = end - start
        if size < begins or start + size > end:
            return
        yield _Box(name, start + begins, start + size)
        start += size


def _content(file: BinaryIO, box: _Box, most: int) -> bytes:
    file.seek(box.start)
    return file.read(min(most, box.end - box.start))


def _duration_s(told: bytes) -> float:
    form = (">20xIQ", 32) if told[:1] == b"\x01" else (">12xII", 20)
    if len(told) < form[1]:
        return 0.0
    rate, count = struct.unpack_from(form[0], told)
    return count / rate if rate else 0.0


def _size(told: bytes) -> tuple[int, int]:
    """As it is shown, in whole px."""
    at = 88 if told[:1] == b"\x01" else 76
    if len(told) < at + 8:
        return 0, 0
    width, height = struct.unpack_from(">II", told, at)
    return width >> 16, height >> 16
