"""Videos for tests: Motion JPEG in AVI files, and MP4 files of which only the headers are real."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image, ImageDraw


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
    has_sound: bool = False,
) -> bytes:
    """``count`` frames, from black to white, ``rate`` in a second."""
    frames = [jpeg(round(255 * number / max(1, count - 1)), size) for number in range(count)]
    return _film(
        frames,
        size,
        rate,
        handler,
        has_index=has_index,
        counts_from_file=counts_from_file,
        has_sound=has_sound,
    )


def _film(
    frames: Sequence[bytes],
    size: tuple[int, int],
    rate: int,
    handler: bytes = b"MJPG",
    *,
    has_index: bool = True,
    counts_from_file: bool = False,
    has_sound: bool = False,
) -> bytes:
    count = len(frames)
    avih = struct.pack("<10I16x", 1_000_000 // rate, 0, 0, 0x10, count, 0, 1, 0, *size)
    strh = struct.pack("<4s4s10I8x", b"vids", handler, 0, 0, 0, 1, rate, 0, count, 0, 0, 0)
    strf = struct.pack("<IiiHH4s5I", 40, *size, 1, 24, b"MJPG", 0, 0, 0, 0, 0)
    stream = _list(b"strl", _chunk(b"strh", strh) + _chunk(b"strf", strf))
    if has_sound:  # before the pictures, as some write it
        heard = struct.pack("<4s4s10I8x", b"auds", b"", 0, 0, 0, 1, 8000, 0, 0, 0, 0, 0)
        stream = _list(b"strl", _chunk(b"strh", heard)) + stream
    header = _list(b"hdrl", _chunk(b"avih", avih) + stream)
    name = b"01dc" if has_sound else b"00dc"
    content, index = b"", b""
    begins = 12 + len(header) + 8 if counts_from_file else 0
    for frame in frames:
        place = begins + 4 + len(content)
        index += struct.pack("<4sIII", name, 0x10, place, len(frame))
        content += _chunk(name, frame)
    rest = header + _list(b"movi", content) + (_chunk(b"idx1", index) if has_index else b"")
    return b"RIFF" + struct.pack("<I", len(rest) + 4) + b"AVI " + rest


def scene(count: int = 24, *, size: tuple[int, int] = (640, 360), rate: int = 12) -> bytes:
    """A red sun that goes down over the sea."""
    frames = []
    for number in range(count):
        sky = Image.linear_gradient("L").resize(size)
        warm = Image.composite(
            Image.new("RGB", size, "#f6b26b"), Image.new("RGB", size, "#3d5a80"), sky
        )
        pen, height = ImageDraw.Draw(warm), size[1]
        y = height * (0.2 + 0.5 * number / count)
        pen.ellipse(
            (size[0] * 0.4, y, size[0] * 0.4 + height // 4, y + height // 4), fill="#d1495b"
        )
        pen.rectangle((0, height * 3 // 4, size[0], height), fill="#1d3557")
        out = io.BytesIO()
        warm.save(out, "JPEG", quality=85)
        frames.append(out.getvalue())
    return _film(frames, size, rate)


def box(name: bytes, content: bytes, *, is_large: bool = False) -> bytes:
    """One box of an MP4 file."""
    if is_large:
        return struct.pack(">I4sQ", 1, name, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, name) + content


def mvhd(rate: int, count: int, version: int = 0) -> bytes:
    """The header of a whole MP4 file: ``count`` of ``rate`` in a second."""
    times = struct.pack(">QQIQ" if version else ">IIII", 0, 0, rate, count)
    return box(b"mvhd", bytes([version, 0, 0, 0]) + times + bytes(80))


def tkhd(width: int, height: int, version: int = 0) -> bytes:
    """A track that is shown so large."""
    before = bytes(84 if version else 72)
    size = struct.pack(">II", width << 16, height << 16)
    return box(b"trak", box(b"tkhd", bytes([version, 0, 0, 0]) + before + size))


def mp4(*parts: bytes, is_large: bool = False) -> bytes:
    """A file with these boxes in its head, which stands at its end."""
    head = box(b"ftyp", b"isom\0\0\0\0")
    return head + box(b"mdat", bytes(5000), is_large=is_large) + box(b"moov", b"".join(parts))


def element(name: int, content: bytes | int | float, *, is_open: bool = False) -> bytes:
    """A piece of a Matroska file; an open one does not say where it ends."""
    if isinstance(content, float):
        content = struct.pack(">d", content)
    elif isinstance(content, int):
        content = content.to_bytes(3, "big")
    size = b"\x01" + (b"\xff" * 7 if is_open else len(content).to_bytes(7, "big"))
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + content


def webm(*parts: bytes, is_open: bool = False) -> bytes:
    """A file with these pieces before its frames, as browsers and FFmpeg write them."""
    frames = element(0x1F43B675, bytes(5000), is_open=is_open)
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    return head + element(0x18538067, b"".join(parts) + frames, is_open=is_open)


def webm_info(ticks: float, tick_ns: int = 1_000_000) -> bytes:
    """How long it is."""
    return element(0x1549A966, element(0x2AD7B1, tick_ns) + element(0x4489, ticks))


def webm_tracks(*tracks: bytes) -> bytes:
    """Its tracks, each of which is the content of what is said of its video."""
    return element(0x1654AE6B, b"".join(element(0xAE, element(0xE0, one)) for one in tracks))
