"""Writes AVI files of JPEG pictures and, where wished, plain sound: every player knows those."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

MIME_TYPE = "video/x-msvideo"
PICTURE, SOUND = b"00dc", b"01wb"
CODEC = b"MJPG"

_SAMPLE_BYTES = 2
_HAS_INDEX = 0x10
_IS_KEY = 0x10  # each JPEG can be seen without the one before


@dataclass(frozen=True, slots=True)
class Format:
    """What is the same from the first frame to the last.

    Attributes:
        size: Width and height in pixels.
        rate: Frames per second.
        sound_rate_hz: Of int16 samples, one channel; 0 for no sound.
    """

    size: tuple[int, int]
    rate: int
    sound_rate_hz: int = 0


class AviWriter:
    """Writes frames in order; ``finish`` makes it a whole file.

    Args:
        file: Opened for writing, empty, seekable; closed by whoever opened it.
        form: Of what comes.
    """

    def __init__(self, file: BinaryIO, form: Format) -> None:
        self._file = file
        self._form = form
        self._index = bytearray()
        self._frames = self._samples = self._largest = 0
        file.write(self._head())
        self._movi_at = file.tell()
        file.write(b"LIST\0\0\0\0movi")

    @property
    def frames(self) -> int:
        """How many were written."""
        return self._frames

    def frame(self, jpeg: bytes) -> None:
        """The next picture, of the format's size."""
        self._add(PICTURE, jpeg)
        self._frames += 1

    def sound(self, pcm: bytes) -> None:
        """The next samples, which belong to the frame before them."""
        if pcm:
            self._add(SOUND, pcm)
            self._samples += len(pcm) // _SAMPLE_BYTES

    def finish(self) -> None:
        """Write the index and, into the head, all that was not known before."""
        movi_bytes = self._file.tell() - self._movi_at - 8
        self._file.write(_chunk(b"idx1", bytes(self._index)))
        end = self._file.tell()
        self._file.seek(self._movi_at + 4)
        self._file.write(struct.pack("<I", movi_bytes))
        self._file.seek(0)
        self._file.write(self._head(end - 8))
        self._file.seek(end)

    def _add(self, kind: bytes, content: bytes) -> None:
        offset = self._file.tell() - self._movi_at - 8
        self._index += struct.pack("<4sIII", kind, _IS_KEY, offset, len(content))
        self._largest = max(self._largest, len(content))
        self._file.write(_chunk(kind, content))

    def _head(self, whole_bytes: int = 0) -> bytes:
        """Of the same length, however much was written."""
        streams = _list(b"strl", self._picture_stream())
        if self._form.sound_rate_hz:
            streams += _list(b"strl", self._sound_stream())
        wide, high = self._form.size
        main = struct.pack(
            "<14I",
            1_000_000 // self._form.rate,
            self._largest * self._form.rate,
            0,
            _HAS_INDEX,
            self._frames,
            0,
            2 if self._form.sound_rate_hz else 1,
            self._largest,
            wide,
            high,
            *(0, 0, 0, 0),
        )
        return struct.pack("<4sI4s", b"RIFF", whole_bytes, b"AVI ") + _list(
            b"hdrl", _chunk(b"avih", main) + streams
        )

    def _picture_stream(self) -> bytes:
        wide, high = self._form.size
        timing = (1, self._form.rate, 0, self._frames, self._largest)
        head = _stream_head(b"vids", CODEC, timing, sample_bytes=0, size=(wide, high))
        bitmap = struct.pack(
            "<IiiHH4sIiiII", 40, wide, high, 1, 24, CODEC, wide * high * 3, *[0] * 4
        )
        return head + _chunk(b"strf", bitmap)

    def _sound_stream(self) -> bytes:
        rate_hz = self._form.sound_rate_hz
        bytes_per_s = rate_hz * _SAMPLE_BYTES
        timing = (_SAMPLE_BYTES, bytes_per_s, 0, self._samples, self._largest)
        head = _stream_head(b"auds", b"\0\0\0\0", timing, sample_bytes=_SAMPLE_BYTES, size=(0, 0))
        wave = struct.pack("<HHIIHH", 1, 1, rate_hz, bytes_per_s, _SAMPLE_BYTES, 16)
        return head + _chunk(b"strf", wave)


def _stream_head(
    kind: bytes,
    codec: bytes,
    timing: tuple[int, int, int, int, int],
    *,
    sample_bytes: int,
    size: tuple[int, int],
) -> bytes:
    """``timing``: scale, rate, start, length and the largest piece."""
    quality = -1
    values = (kind, codec, 0, 0, 0, 0, *timing, quality, sample_bytes, 0, 0, *size)
    return _chunk(b"strh", struct.pack("<4s4sIHHI5IiI4h", *values))


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(content)) + content + b"\0" * (len(content) % 2)
