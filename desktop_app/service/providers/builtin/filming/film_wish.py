"""What a video's configuration asks for, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import InputError
from desktop_app.service.providers.config_values import seed, shape, sides, whole

LEAST_SIDE, MOST_SIDE = 128, 1280  # pixels
LEAST_S, MOST_S, USUAL_S = 1, 10, 4
SHORT_SIDES = {"360p": 360, "480p": 480, "720p": 720}
SHAPES = ("16:9", "9:16", "4:3", "3:4", "1:1")
_USUAL_SHAPE = 16 / 9
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class FilmWish:
    """How a video shall be made.

    Attributes:
        size: Width and height in pixels, or None where nobody said.
        duration_s: Or None where nobody said.
        seed: Another one gives another video of the same words.
        has_sound: With a quiet tune.
    """

    size: tuple[int, int] | None = None
    duration_s: int | None = None
    seed: str = ""
    has_sound: bool = False


def film_wish_of(config: Mapping[str, Any]) -> FilmWish:
    """The wish in ``video_config``; a key that means nothing here is ignored.

    Raises:
        InputError: ``video.config``: a value that cannot be used; says which and why.
    """
    try:
        duration_s = whole(config, "duration", 0, LEAST_S, MOST_S)
        return FilmWish(_size(config), duration_s or None, seed(config), _has_sound(config))
    except ValueError as error:
        raise InputError("video.config", f"{error}.") from error


def _size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    if size := sides(config.get("size")):
        return _within(*size)
    wide_by_high, resolution = shape(config.get("aspect_ratio")), config.get("resolution")
    if wide_by_high is None and resolution in (None, ""):
        return None
    short = SHORT_SIDES.get(str(resolution or "360p").lower())
    if short is None:
        names = ", ".join(SHORT_SIDES)
        raise ValueError(f"The resolution {str(resolution)[:40]!r} is none of {names}")
    return _within(*shaped(wide_by_high or _USUAL_SHAPE, short))


def shaped(wide_by_high: float, short: int) -> tuple[int, int]:
    """Even sides of that shape, the shorter of that length, smaller where one would be too long."""
    long = short * max(wide_by_high, 1 / wide_by_high)
    scale = min(1.0, MOST_SIDE / long)
    near, far = (round(side * scale / 2) * 2 for side in (short, long))
    return (far, near) if wide_by_high >= 1 else (near, far)


def _within(wide: int, high: int) -> tuple[int, int]:
    if not (LEAST_SIDE <= wide <= MOST_SIDE and LEAST_SIDE <= high <= MOST_SIDE):
        raise ValueError(
            f"A built-in video has {LEAST_SIDE} to {MOST_SIDE} pixels on each side, not"
            f" {wide}x{high}"
        )
    return wide // 2 * 2, high // 2 * 2


def _has_sound(config: Mapping[str, Any]) -> bool:
    value = config.get("generate_audio")
    if value is None or isinstance(value, bool):
        return bool(value)
    if str(value).lower() not in _FLAGS:
        raise ValueError("The value of generate_audio is neither true nor false")
    return _FLAGS[str(value).lower()]
