"""Reads AVI files of JPEG pictures, as ``avi_writer`` and some cameras write them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from desktop_app.service.providers.builtin.filming.avi_writer import CODEC, PICTURE, SOUND, Format

_LONGEST_PIECE = 16 << 20
_LONGEST_HEAD = 1 << 20
_MOST_BEFORE = 1_000  # chunks between the head and the first picture
_MOST_PIECES = 200_000
_MOST_RATE = 60
_PCM = 1


class AviReader:
    """The pieces of a file, in order.

    Args:
        file: Opened for reading, seekable; any content.

    Raises:
        ValueError: It is no such file.

    Attributes:
        form: Sound counts where it is of one channel, int16; other sound is left out.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        if file.read(4) != b"RIFF" or len(file.read(4)) != 4 or file.read(4) != b"AVI ":
            raise ValueError("no AVI")
        try:
            self.form = _format(self._list(b"hdrl"))
            self._skip_to_movi()
        except struct.error as error:
            raise ValueError("its head is broken") from error

    def pieces(self) -> Iterator[tuple[bytes, bytes]]:
        """Kind (``PICTURE`` or ``SOUND``) and content of each piece.

        Raises:
            ValueError: A piece is longer than any.
        """
        for _ in range(_MOST_PIECES):
            head = self._file.read(8)
            if len(head) < 8:
                return
            kind, length = struct.unpack("<4sI", head)
            if kind == b"LIST":
                self._file.read(4)  # groups of pieces stand in lists of their own
                continue
            if kind not in (PICTURE, SOUND):
                return
            if length > _LONGEST_PIECE:
                raise ValueError("a picture is too large")
            content = self._file.read(length + length % 2)[:length]
            if len(content) < length:
                return  # cut off: what is there counts
            if kind == PICTURE or self.form.sound_rate_hz:
                yield kind, content

    def _list(self, wanted: bytes) -> bytes:
        kind, length, name = struct.unpack("<4sI4s", self._file.read(12))
        if kind != b"LIST" or name != wanted or not 4 <= length <= _LONGEST_HEAD:
            raise ValueError("it has no head")
        return self._file.read(length - 4 + length % 2)

    def _skip_to_movi(self) -> None:
        for _ in range(_MOST_BEFORE):
            kind, length = struct.unpack("<4sI", self._file.read(8))
            if kind == b"LIST" and self._file.read(4) == b"movi":
                return
            self._file.seek(length + length % 2 - (4 if kind == b"LIST" else 0), 1)
        raise ValueError("it has no pictures")


def _format(head: bytes) -> Format:
    chunks = dict(_chunks(head))
    main = struct.unpack_from("<14I", chunks.get(b"avih", b""))
    streams = [dict(_chunks(each[4:])) for name, each in _chunks(head) if name == b"LIST"]
    if not streams or streams[0].get(b"strh", b"")[:8] != b"vids" + CODEC:
        raise ValueError("its pictures are no JPEG")
    scale, rate = struct.unpack_from("<II", streams[0][b"strh"], 20)
    per_second = round(rate / scale) if scale else 0
    if not 1 <= per_second <= _MOST_RATE:
        raise ValueError("its rate makes no sense")
    return Format((main[8], main[9]), per_second, _sound_rate(streams[1:]))


def _sound_rate(streams: list[dict[bytes, bytes]]) -> int:
    for stream in streams[:1]:
        if stream.get(b"strh", b"")[:4] == b"auds":
            form = stream.get(b"strf", b"")
            tag, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", form)
            if (tag, channels, bits) == (_PCM, 1, 16) and rate_hz <= 192_000:
                return int(rate_hz)
    return 0


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
