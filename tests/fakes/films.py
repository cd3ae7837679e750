"""Videos for tests: Motion JPEG in an AVI file, each frame of its own grey."""

from __future__ import annotations

import io
import struct

from PIL import Image


def jpeg(shade: int, size: tuple[int, int]) -> bytes:
    """One frame."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, "JPEG", quality=90)
    return out.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def film(
    count: int = 10,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 10,
    handler: bytes = b"MJPG",
    has_index: bool = True,
    counts_from_file: bool = False,
) -> bytes:
    """``count`` frames, from black to white, ``rate`` in a second."""
    frames = [jpeg(round(255 * number / max(1, count - 1)), size) for number in range(count)]
    avih = struct.pack("<10I16x", 1_000_000 // rate, 0, 0, 0x10, count, 0, 1, 0, *size)
    strh = struct.pack("<4s4s10I8x", b"vids", handler, 0, 0, 0, 1, rate, 0, count, 0, 0, 0)
    strf = struct.pack("<IiiHH4s5I", 40, *size, 1, 24, b"MJPG", 0, 0, 0, 0, 0)
    stream = _list(b"strl", _chunk(b"strh", strh) + _chunk(b"strf", strf))
    header = _list(b"hdrl", _chunk(b"avih", avih) + stream)
    content, index = b"", b""
    begins = 12 + len(header) + 8 if counts_from_file else 0
    for frame in frames:
        place = begins + 4 + len(content)
        index += struct.pack("<4sIII", b"00dc", 0x10, place, len(frame))
        content += _chunk(b"00dc", frame)
    rest = header + _list(b"movi", content) + (_chunk(b"idx1", index) if has_index else b"")
    return b"RIFF" + struct.pack("<I", len(rest) + 4) + b"AVI " + rest
