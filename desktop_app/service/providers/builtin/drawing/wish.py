"""What a picture's configuration asks for, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import InputError
from desktop_app.service.providers.config_values import seed, shape, sides, whole

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
    try:
        if config.get("background") == "transparent":
            raise ValueError("A built-in drawing has no transparent background")
        return Wish(
            size=_size(config),
            count=whole(config, "n", 1, 1, MOST_AT_ONCE),
            seed=seed(config),
            mime_type=_mime_type(config),
            quality=whole(config, "output_compression", 90, 0, 100),
        )
    except ValueError as error:
        raise InputError("image.config", f"{error}.") from error


def _size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    if size := sides(config.get("size")):
        return _within(*size)
    wide_by_high, resolution = shape(config.get("aspect_ratio")), config.get("resolution")
    if wide_by_high is None and resolution in (None, ""):
        return None
    side = _SIDE_OF.get(str(resolution or "auto").lower())
    if side is None:
        raise ValueError(f"The resolution {str(resolution)[:40]!r} is none of 512, 1K and 2K")
    return (side, side) if wide_by_high is None else _shaped(wide_by_high, side)


def _shaped(wide_by_high: float, side: int) -> tuple[int, int]:
    """Of that shape, about as many pixels as a square of ``side``."""
    share = wide_by_high**0.5
    wide, high = (max(8, round(length / 8) * 8) for length in (side * share, side / share))
    longest = max(wide, high)
    if longest > MOST_SIDE:
        wide, high = wide * MOST_SIDE // longest, high * MOST_SIDE // longest
    return _within(wide, high)


def _within(wide: int, high: int) -> tuple[int, int]:
    if not (LEAST_SIDE <= wide <= MOST_SIDE and LEAST_SIDE <= high <= MOST_SIDE):
        raise ValueError(
            f"A built-in drawing has {LEAST_SIDE} to {MOST_SIDE} pixels on each side, not"
            f" {wide}x{high}"
        )
    return wide, high


def _mime_type(config: Mapping[str, Any]) -> str:
    wanted = str(config.get("output_format") or "png").lower()
    if wanted not in _MIME_TYPES:
        raise ValueError(f"The output format {wanted[:40]!r} is none of png, jpeg and webp")
    return _MIME_TYPES[wanted]
