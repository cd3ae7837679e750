"""The strip at the foot of a built-in drawing or video that says what it is."""

from __future__ import annotations

from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Labelled = Literal["drawing", "change", "video"]

_WITHOUT: dict[Labelled, str] = {
    "drawing": "an image model",
    "change": "an image model",
    "video": "a video model",
}


def with_caption(picture: Image.Image, *, is_changed: bool) -> Image.Image:
    """``picture`` with the strip over its last lines.

    Args:
        picture: RGB, at least 64 pixels wide.
        is_changed: It shows somebody else's picture.
    """
    captioned = picture.copy()
    strip = caption(picture.size, "change" if is_changed else "drawing")
    captioned.paste(strip, (0, picture.height - strip.height))
    return captioned


def caption(size: tuple[int, int], labelled: Labelled) -> Image.Image:
    """The strip for a picture of that width and height, as wide as that."""
    width, shorter = size[0], min(size)
    height = max(15, round(shorter * 0.042))
    font = ImageFont.load_default(max(8.0, height * 0.52))
    strip = Image.new("RGB", (width, height), (30, 32, 39))
    pen = ImageDraw.Draw(strip)
    margin = height // 2
    texts = _texts(labelled)
    room = width - 2 * margin
    text = next((each for each in texts if pen.textlength(each, font) <= room), texts[-1])
    pen.text((margin, height / 2), text, fill=(240, 238, 232), font=font, anchor="lm")
    return strip


def _texts(labelled: Labelled) -> tuple[str, ...]:
    """The longest first."""
    without = _WITHOUT[labelled]
    short = without.removeprefix("an ").removeprefix("a ")
    return (
        f"Placeholder {labelled}, made by Parley without {without}",
        f"Placeholder {labelled}, made without {without}",
        f"Placeholder, no {short}",
        "Placeholder",
    )
