"""Changes a picture so that it stays recognisable: colour, light, turn, frame, a thing in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from desktop_app.service.providers.builtin.drawing.canvas import Canvas
from desktop_app.service.providers.builtin.drawing.dice import Dice
from desktop_app.service.providers.builtin.drawing.palettes import (
    INK,
    WHITE,
    Color,
    mixed,
    named_colors,
    palette_for,
)
from desktop_app.service.providers.builtin.drawing.subjects import draw_subject, subjects_of

_FREE_PLACES = ((0.8, 0.2), (0.2, 0.22), (0.5, 0.18), (0.16, 0.7), (0.84, 0.7))
_Change = Callable[[Image.Image], Image.Image]


def changed(sources: Sequence[Image.Image], words: list[str], dice: Dice) -> Image.Image:
    """The pictures side by side, changed as the words say; else framed and tinted.

    Args:
        sources: RGB, one or more.
        words: Of the prompt, in lower case.
        dice: Decides what the words leave open.
    """
    picture = sources[0] if len(sources) == 1 else _together(sources)
    changes = list(dict.fromkeys(_CHANGES[word] for word in words if word in _CHANGES))
    for change in changes:
        picture = change(picture)
    subjects = subjects_of(words)
    wants_frame = "frame" in words or "border" in words
    taken = {subject.color for subject in subjects}
    colors = [color for color in named_colors(words) if color not in taken]
    palette = palette_for(colors, dice)
    if colors and not wants_frame:
        picture = _tinted(picture, colors, 0.72)
    elif not (changes or subjects or wants_frame):
        picture = _tinted(picture, [palette.inks[1]], 0.45)
        wants_frame = True
    if subjects:
        canvas = Canvas(picture)
        for subject, at in zip(subjects, _FREE_PLACES, strict=False):
            draw_subject(canvas, subject, at, 0.13, palette.inks[1])
        picture = canvas.finished()
    return _framed(picture, colors[0] if colors else palette.inks[2]) if wants_frame else picture


def _together(sources: Sequence[Image.Image]) -> Image.Image:
    """All of them in a grid of the first one's size."""
    width, height = sources[0].size
    across = math.ceil(math.sqrt(len(sources)))
    down = math.ceil(len(sources) / across)
    cell = (width // across, height // down)
    sheet = Image.new("RGB", (width, height), WHITE)
    for index, source in enumerate(sources):
        place = (index % across * cell[0], index // across * cell[1])
        sheet.paste(ImageOps.fit(source, cell, Image.Resampling.LANCZOS), place)
    return sheet


def _tinted(picture: Image.Image, colors: Sequence[Color], strength: float) -> Image.Image:
    gray = ImageOps.grayscale(picture)
    dark, bright = mixed(colors[0], INK, 0.72), mixed(colors[-1], WHITE, 0.82)
    toned = ImageOps.colorize(gray, black=dark, white=bright, mid=colors[0])
    return Image.blend(picture, toned, strength)


def _framed(picture: Image.Image, color: Color) -> Image.Image:
    """A mat and a frame inside the picture's edge; its size stays."""
    width = max(4, round(min(picture.size) * 0.035))
    whole = ImageOps.fit(
        picture,
        (picture.width - 4 * width, picture.height - 4 * width),
        Image.Resampling.LANCZOS,
    )
    return ImageOps.expand(ImageOps.expand(whole, width, WHITE), width, color)


def _gray(picture: Image.Image) -> Image.Image:
    return ImageOps.grayscale(picture).convert("RGB")


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(picture), (46, 30, 18), (250, 236, 206))


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(max(2, min(picture.size) // 90)))


def _pixelated(picture: Image.Image) -> Image.Image:
    small = picture.resize((max(1, picture.width // 24), max(1, picture.height // 24)))
    return small.resize(picture.size, Image.Resampling.NEAREST)


def _brighter(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.35)


def _darker(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(0.6)


def _stronger(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(picture).enhance(1.6)


def _warmer(picture: Image.Image) -> Image.Image:
    return Image.blend(picture, Image.new("RGB", picture.size, (255, 168, 84)), 0.22)


def _cooler(picture: Image.Image) -> Image.Image:
    return Image.blend(picture, Image.new("RGB", picture.size, (72, 132, 220)), 0.22)


_CHANGES: dict[str, _Change] = {
    "monochrome": _gray,
    "grayscale": _gray,
    "greyscale": _gray,
    "sepia": _sepia,
    "vintage": _sepia,
    "old": _sepia,
    "invert": ImageOps.invert,
    "inverted": ImageOps.invert,
    "negative": ImageOps.invert,
    "blur": _blurred,
    "blurred": _blurred,
    "blurry": _blurred,
    "foggy": _blurred,
    "pixelate": _pixelated,
    "pixelated": _pixelated,
    "pixels": _pixelated,
    "bright": _brighter,
    "brighter": _brighter,
    "lighter": _brighter,
    "dark": _darker,
    "darker": _darker,
    "night": _darker,
    "contrast": _stronger,
    "warm": _warmer,
    "warmer": _warmer,
    "cool": _cooler,
    "cooler": _cooler,
    "cold": _cooler,
    "mirror": ImageOps.mirror,
    "mirrored": ImageOps.mirror,
    "flip": ImageOps.mirror,
    "upside": ImageOps.flip,
}
