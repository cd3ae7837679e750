"""How long and how large a video in a Matroska or WebM file is, as its headers say. Pure."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from desktop_app.protocol.mp4_facts import VideoFacts

_MOST_ELEMENTS = 4_000
_EBML, _SEGMENT, _INFO, _TRACKS = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B
_TRACK, _VIDEO = 0xAE, 0xE0
_TICK_NS, _LENGTH = 0x2AD7B1, 0x4489
_PIXELS, _SHOWN, _SHOWN_UNIT = (0xB0, 0xBA), (0x54B0, 0x54BA), 0x54B2
_USUAL_TICK_NS = 1_000_000
_LARGEST_SIDE = 65_535  # px


class _Element(NamedTuple):
    name: int
    start: int
    end: int


def read_matroska_facts(file: BinaryIO) -> VideoFacts | None:
    """The facts; None where the file is another one. Only headers are read.

    Raises:
        OSError
    """
    file.seek(0, os.SEEK_END)
    whole = tuple(_elements(file, 0, file.tell()))
    segment = next((one for one in whole if one.name == _SEGMENT), None)
    if segment is None or whole[0].name != _EBML:
        return None
    duration_s, size = 0.0, (0, 0)
    for part in _elements(file, segment.start, segment.end):
        if part.name == _INFO:
            duration_s = _duration_s(file, part)
        elif part.name == _TRACKS:
            tracks = [one for one in _elements(file, part.start, part.end) if one.name == _TRACK]
            size = max((_size(file, one) for one in tracks), default=size)
        if duration_s and any(size):
            break
    return VideoFacts(*size, duration_s)


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[_Element]:
    """What stands beside each other; one of which it is not said where it ends is the last one."""
    for _ in range(_MOST_ELEMENTS):
        file.seek(start)
        head = file.read(12)
        name, taken = _number(head, 4, is_name=True)
        size, more = _number(head[taken:], 8)
        start += taken + more
        if not taken or not more or start > end:
            return
        is_last = size == (1 << 7 * more) - 1 or size >= end - start
        yield _Element(name, start, end if is_last else start + size)
        if is_last:
            return
        start += size


def _number(told: bytes, most: int, *, is_name: bool = False) -> tuple[int, int]:
    """A number of its own width, and how many bytes it takes; none where it is cut or no number."""
    width = 9 - told[0].bit_length() if told else 0
    if not 0 < width <= min(most, len(told)):
        return 0, 0
    number = int.from_bytes(told[:width], "big")
    return number if is_name else number & ((1 << 7 * width) - 1), width


def _duration_s(file: BinaryIO, info: _Element) -> float:
    tick_ns, ticks = _USUAL_TICK_NS, 0.0
    for one in _elements(file, info.start, info.end):
        if one.name == _TICK_NS:
            tick_ns = _whole(file, one)
        elif one.name == _LENGTH:
            ticks = _fraction(_content(file, one))
    duration_s = ticks * tick_ns / 1e9
    return duration_s if math.isfinite(duration_s) and duration_s > 0 else 0.0


def _size(file: BinaryIO, track: _Element) -> tuple[int, int]:
    """As it is shown, in px; zeros where the track is no video."""
    told: dict[int, int] = {}
    for video in (one for one in _elements(file, track.start, track.end) if one.name == _VIDEO):
        told = {one.name: _whole(file, one) for one in _elements(file, video.start, video.end)}
    shown = {} if told.get(_SHOWN_UNIT) else told  # else it is a share, or in centimetres
    sides = zip(_SHOWN, _PIXELS, strict=True)
    width, height = (shown.get(one) or told.get(pixels, 0) for one, pixels in sides)
    return (width, height) if max(width, height) <= _LARGEST_SIDE else (0, 0)


def _fraction(told: bytes) -> float:
    form = {4: ">f", 8: ">d"}.get(len(told))
    return float(struct.unpack(form, told)[0]) if form else 0.0


def _whole(file: BinaryIO, element: _Element) -> int:
    return int.from_bytes(_content(file, element), "big")


def _content(file: BinaryIO, element: _Element) -> bytes:
    """Of a number: at most 8 bytes; empty where it has another length."""
    length = element.end - element.start
    if length not in range(1, 9):
        return b""
    file.seek(element.start)
    return file.read(length)
