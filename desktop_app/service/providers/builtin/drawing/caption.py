"""The strip at the foot of a built-in drawing that says what it is."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

_TEXTS = {
    False: (
        "Placeholder drawing, made by Parley without an image model",
        "Placeholder drawing, made without an image model",
        "Placeholder, no image model",
        "Placeholder",
    ),
    True: (
        "Placeholder change, made by Parley without an image model",
        "Placeholder change, made without an image model",
        "Placeholder, no image model",
        "Placeholder",
    ),
}


def with_caption(picture: Image.Image, *, is_changed: bool) -> Image.Image:
    """``picture`` with the strip over its last lines.

    Args:
        picture: RGB, at least 64 pixels wide.
        is_changed: It shows somebody else's picture.
    """
    shorter = min(picture.size)
    height = max(15, round(shorter * 0.042))
    font = ImageFont.load_default(max(8.0, height * 0.52))
    captioned = picture.copy()
    pen = ImageDraw.Draw(captioned)
    top = picture.height - height
    pen.rectangle((0, top, picture.width, picture.height), fill=(30, 32, 39))
    margin = height // 2
    texts = _TEXTS[is_changed]
    room = picture.width - 2 * margin
    text = next((each for each in texts if pen.textlength(each, font) <= room), texts[-1])
    middle = top + height / 2
    pen.text((margin, middle), text, fill=(240, 238, 232), font=font, anchor="lm")
    return captioned
