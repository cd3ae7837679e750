"""What a picture's configuration asks for, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import InputError

LEAST_SIDE, MOST_SIDE = 128, 2048  # pixels
MOST_AT_ONCE = 10
_SIDE_OF = {"512": 512, "0.5k": 512, "1k": 1024, "2k": 2048, "auto": 1024}
_MIME_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """How drawings shall be made.

    Attributes:
        size: Width and height in pixels, or None where nobody said.
        count: How many.
        seed: Another one gives another drawing of the same words.
        quality: 0 to 100, of JPEG and WebP.
    """

    size: tuple[int, int] | None = None
    count: int = 1
    seed: str = ""
    mime_type: str = "image/png"
    quality: int = 90


def wish_of(config: Mapping[str, Any]) -> Wish:
    """The wish in ``image_config``; a key that means nothing here is ignored.

    Raises:
        InputError: ``image.config``: a value that cannot be used; says which and why.
    """
    if config.get("background") == "transparent":
        raise _refused("A built-in drawing has no transparent background")
    compression = _whole(config, "output_compression", 90, 0, 100)
    return Wish(
        size=_size(config),
        count=_whole(config, "n", 1, 1, MOST_AT_ONCE),
        seed="" if config.get("seed") is None else str(_whole(config, "seed", 0, -(2**63), 2**64)),
        mime_type=_mime_type(config),
        quality=compression,
    )


def _size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    size = config.get("size")
    if size not in (None, "", "auto"):
        found = re.fullmatch(r"\s*(\d{1,5})\s*[x*\u00d7]\s*(\d{1,5})\s*", str(size).lower())
        if found is None:
            raise _refused(f"The size {str(size)[:40]!r} is not of the form 1024x1024")
        return _within(int(found[1]), int(found[2]))
    aspect, resolution = config.get("aspect_ratio"), config.get("resolution")
    if aspect in (None, "", "auto") and resolution in (None, ""):
        return None
    side = _SIDE_OF.get(str(resolution or "auto").lower())
    if side is None:
        raise _refused(f"The resolution {str(resolution)[:40]!r} is none of 512, 1K and 2K")
    return _shaped(aspect, side)


def _shaped(aspect: object, side: int) -> tuple[int, int]:
    """Of that aspect, about as many pixels as a square of ``side``."""
    if aspect in (None, "", "auto"):
        return side, side
    found = re.fullmatch(r"\s*(\d{1,3})\s*[:/x]\s*(\d{1,3})\s*", str(aspect))
    if found is None or not (int(found[1]) and int(found[2])):
        raise _refused(f"The aspect ratio {str(aspect)[:40]!r} is not of the form 16:9")
    share = (int(found[1]) / int(found[2])) ** 0.5
    wide, high = (max(8, round(length / 8) * 8) for length in (side * share, side / share))
    longest = max(wide, high)
    if longest > MOST_SIDE:
        wide, high = wide * MOST_SIDE // longest, high * MOST_SIDE // longest
    return _within(wide, high)


def _within(wide: int, high: int) -> tuple[int, int]:
    if not (LEAST_SIDE <= wide <= MOST_SIDE and LEAST_SIDE <= high <= MOST_SIDE):
        raise _refused(
            f"A built-in drawing has {LEAST_SIDE} to {MOST_SIDE} pixels on each side, not"
            f" {wide}x{high}"
        )
    return wide, high


def _whole(config: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = config.get(name)
    if value is None:
        return default
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _refused(f"The value of {name} is not a whole number from {least} to {most}")
    return value


def _mime_type(config: Mapping[str, Any]) -> str:
    wanted = str(config.get("output_format") or "png").lower()
    if wanted not in _MIME_TYPES:
        raise _refused(f"The output format {wanted[:40]!r} is none of png, jpeg and webp")
    return _MIME_TYPES[wanted]


def _refused(sentence: str) -> InputError:
    return InputError("image.config", f"{sentence}.")
