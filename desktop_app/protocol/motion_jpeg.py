"""Videos that are pictures one after the other: Motion JPEG in an AVI file. Pure."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

MOST_FRAMES = 200_000
_MOST_CHUNKS = 2 * MOST_FRAMES
_MOST_ASIDE = 4096  # chunks that are no frames, between two of them
_LARGEST_FRAME = 16 << 20
_LARGEST_HEADER = 1 << 20
_HEAD = struct.Struct("<4sI")
_ENTRY = struct.Struct("<4sIII")
_KINDS = (b"MJPG", b"mjpg", b"JPEG", b"jpeg")
_USUAL_FRAME_S = 0.04
_SHORTEST_FRAME_S = 1 / 240
_LONGEST_FRAME_S = 60.0


class Frame(NamedTuple):
    """Where a frame's JPEG file is in the video, in bytes."""

    start: int
    size: int

    def read(self, file: BinaryIO) -> bytes:
        """The JPEG file.

        Raises:
            OSError
        """
        file.seek(self.start)
        return file.read(self.size)


@dataclass(frozen=True, slots=True)
class MotionJpeg:
    """The frames of a video.

    Attributes:
        frame_s: How long each is shown.
        has_sound: Something is heard beside them, where it is played by who can.
    """

    width: int
    height: int
    frame_s: float
    frames: tuple[Frame, ...]
    has_sound: bool = False

    @property
    def duration_s(self) -> float:
        """Of all frames."""
        return len(self.frames) * self.frame_s


class _Chunk(NamedTuple):
    name: bytes
    start: int
    size: int


class _Header(NamedTuple):
    width: int
    height: int
    frame_s: float
    stream: int
    has_sound: bool


def read_motion_jpeg(file: BinaryIO) -> MotionJpeg | None:
    """Where the frames are; None where the file is another one. Not one frame is read.

    Raises:
        OSError
    """
    file.seek(0, os.SEEK_END)
    end = file.tell()
    file.seek(0)
    start = file.read(12)
    if start[:4] != b"RIFF" or start[8:] != b"AVI ":
        return None
    header: _Header | None = None
    films, index = None, None
    walk = _Walk(file)
    for chunk in walk.chunks(12, end):
        if chunk.name == b"LIST":
            kind = walk.read(chunk, 4)
            if kind == b"hdrl" and chunk.size <= _LARGEST_HEADER:
                header = _header(walk, chunk)
            elif kind == b"movi":
                films = chunk
        elif chunk.name == b"idx1":
            index = chunk
    if header is None or films is None:
        return None
    frames = _indexed(file, films, index, header) if index is not None else ()
    frames = frames or tuple(_walked(walk, films, header))
    if not frames:
        return None
    return MotionJpeg(header.width, header.height, header.frame_s, frames, header.has_sound)


class _Walk:
    """Goes from one chunk to the next. Without frames it comes to an end, whatever the file says.

    Attributes:
        left: How many chunks it goes on for.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = _MOST_ASIDE

    def chunks(self, start: int, end: int) -> Iterator[_Chunk]:
        """What lies between two places."""
        while self.left > 0 and start + _HEAD.size <= end:
            self.left -= 1
            self._file.seek(start)
            head = self._file.read(_HEAD.size)
            if len(head) < _HEAD.size or not any(head):
                return
            name, size = _HEAD.unpack(head)
            start += _HEAD.size
            yield _Chunk(name, start, min(size, end - start))
            start += size + size % 2

    def read(self, chunk: _Chunk, most: int) -> bytes:
        """The beginning of a chunk."""
        return _read(self._file, chunk, most)


def _read(file: BinaryIO, chunk: _Chunk, most: int) -> bytes:
    file.seek(chunk.start)
    return file.read(min(most, chunk.size))


def _header(walk: _Walk, header: _Chunk) -> _Header | None:
    """What is said of the first stream of JPEG files, and whether there is sound."""
    width = height = 0
    streams: list[bytes] = []
    for chunk in walk.chunks(header.start + 4, header.start + header.size):
        if chunk.name == b"avih":
            told = walk.read(chunk, 40)
            if len(told) == 40:
                width, height = struct.unpack_from("<II", told, 32)
        elif chunk.name == b"LIST" and walk.read(chunk, 4) == b"strl":
            parts = walk.chunks(chunk.start + 4, chunk.start + chunk.size)
            heads = (walk.read(one, 28) for one in parts if one.name == b"strh")
            streams.append(next(heads, b""))
    has_sound = any(told[:4] == b"auds" for told in streams)
    for number, told in enumerate(streams):
        if len(told) == 28 and told[:4] == b"vids" and told[4:8] in _KINDS:
            return _Header(width, height, _frame_s(told), number, has_sound)
    return None


def _frame_s(told: bytes) -> float:
    scale, rate = struct.unpack_from("<II", told, 20)
    told_s = scale / rate if rate else 0.0
    return told_s if _SHORTEST_FRAME_S <= told_s < _LONGEST_FRAME_S else _USUAL_FRAME_S


def _indexed(file: BinaryIO, films: _Chunk, index: _Chunk, header: _Header) -> tuple[Frame, ...]:
    """As the index says, of which some count from the file's beginning."""
    told = _read(file, index, MOST_FRAMES * _ENTRY.size)
    names = (b"%02ddc" % header.stream, b"%02ddb" % header.stream)
    places = [
        (offset, size)
        for name, _flags, offset, size in _ENTRY.iter_unpack(told[: len(told) // 16 * 16])
        if name in names and 0 < size <= _LARGEST_FRAME
    ]
    if not places:
        return ()
    first = films.start if places[0][0] < films.start else 0
    end = films.start + films.size
    frames = tuple(Frame(first + offset + _HEAD.size, size) for offset, size in places)
    is_sound = all(films.start < one.start and one.start + one.size <= end for one in frames)
    file.seek(frames[0].start)
    return frames if is_sound and file.read(2) == b"\xff\xd8" else ()


def _walked(walk: _Walk, films: _Chunk, header: _Header) -> Iterator[Frame]:
    """As they stand one after the other, where no index can be used."""
    names = (b"%02ddc" % header.stream, b"%02ddb" % header.stream)
    walk.left, count = _MOST_ASIDE, 0
    chunks = walk.chunks(films.start + 4, films.start + films.size)
    for chunk in islice(chunks, _MOST_CHUNKS):
        if chunk.name in names and 0 < chunk.size <= _LARGEST_FRAME:
            walk.left, count = _MOST_ASIDE, count + 1
            yield Frame(chunk.start, chunk.size)
            if count == MOST_FRAMES:
                return
