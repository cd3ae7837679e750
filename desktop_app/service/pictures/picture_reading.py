"""Reads a file of a stranger as a picture that models take."""

from __future__ import annotations

import asyncio
import io
import struct
from pathlib import Path

from PIL import ExifTags, Image

from desktop_app.database.failures import storage_errors
from desktop_app.errors import InputError
from desktop_app.service.providers.picture_ports import Picture

MAX_BYTES = 50 << 20
MAX_PIXELS = 50_000_000
SEEN_SIDE = 2_048
"""Models see no more than this: a larger picture would only cost time and context."""

_TAKEN = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_READ = (*_TAKEN, "GIF", "BMP", "TIFF")
_STRANGE = (OSError, ValueError, TypeError, SyntaxError, EOFError, struct.error)
"""What Pillow says to garbage."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What stands an image upright, by its EXIF orientation."""


async def read_picture(path: Path, filename: str, *, longest_side: int | None = None) -> Picture:
    """The picture in a file as PNG, JPEG or WebP, made smaller where a longest side is given.

    Args:
        path: Where it is.
        filename: What a person calls it.
        longest_side: In pixels.

    Raises:
        InputError: ``picture.unreadable`` or ``picture.too_large``.
        StorageError: The file cannot be read from the disk.
    """
    return await asyncio.to_thread(_read, path, filename, longest_side)


def _read(path: Path, filename: str, longest_side: int | None) -> Picture:
    with storage_errors():
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(filename)
        data = path.read_bytes()
    try:
        return _decoded(data, filename, longest_side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise _too_large(filename) from error
    except _STRANGE as error:
        raise InputError(
            "picture.unreadable", f'"{filename}" cannot be read as a picture.', file=filename
        ) from error


def _decoded(data: bytes, filename: str, longest_side: int | None) -> Picture:
    with Image.open(io.BytesIO(data), formats=_READ) as image:  # reads the header alone
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(filename)
        is_small = longest_side is None or max(image.size) <= longest_side
        if longest_side is not None and not is_small:
            image.draft(None, (longest_side, longest_side))  # a JPEG decodes smaller, and faster
        image.load()
        if is_small and image.format in _TAKEN and not getattr(image, "is_animated", False):
            return Picture(data, _TAKEN[image.format])
        return _encoded(image, longest_side)


def _encoded(image: Image.Image, longest_side: int | None) -> Picture:
    upright = _upright(image)
    if upright.mode not in ("RGB", "RGBA", "L"):
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        upright = upright.convert("RGBA" if has_alpha else "RGB")
    if longest_side is not None:
        upright.thumbnail((longest_side, longest_side))
    out = io.BytesIO()
    is_photo = image.format == "JPEG"
    upright.save(out, "JPEG" if is_photo else "PNG", quality=90)
    return Picture(out.getvalue(), _TAKEN["JPEG" if is_photo else "PNG"])


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says, which is not written anew: of some cameras it cannot be."""
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _STRANGE:
        turn = None
    return image if turn is None else image.transpose(turn)


def _too_large(filename: str) -> InputError:
    return InputError(
        "picture.too_large",
        f'"{filename}" is too large: {MAX_PIXELS // 1_000_000} million pixels and'
        f" {MAX_BYTES >> 20} MiB are the most.",
        file=filename,
    )
