"""Values in the configuration of a picture or a video, read one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def whole(config: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """A whole number, as one or as text.

    Raises:
        ValueError: A sentence without its full stop, as from all of these.
    """
    value = config.get(name)
    if value is None:
        return default
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"The value of {name} is not a whole number from {least} to {most}")
    return value


def seed(config: Mapping[str, Any]) -> str:
    """The seed as text; empty where nobody set one."""
    return "" if config.get("seed") is None else str(whole(config, "seed", 0, -(2**63), 2**64))


def sides(size: object) -> tuple[int, int] | None:
    """Width and height in pixels of ``1024x1024``; None for no wish."""
    if size in (None, "", "auto"):
        return None
    found = re.fullmatch(r"\s*(\d{1,5})\s*[x*\u00d7]\s*(\d{1,5})\s*", str(size).lower())
    if found is None:
        raise ValueError(f"The size {str(size)[:40]!r} is not of the form 1024x1024")
    return int(found[1]), int(found[2])


def shape(aspect: object) -> float | None:
    """Width by height of ``16:9``; None for no wish."""
    if aspect in (None, "", "auto"):
        return None
    found = re.fullmatch(r"\s*(\d{1,3})\s*[:/x]\s*(\d{1,3})\s*", str(aspect))
    if found is None or not (int(found[1]) and int(found[2])):
        raise ValueError(f"The aspect ratio {str(aspect)[:40]!r} is not of the form 16:9")
    return int(found[1]) / int(found[2])
