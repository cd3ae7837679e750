"""Colours that go together, and the colours that words name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.service.providers.builtin.drawing.dice import Dice

Color = tuple[int, int, int]

WHITE: Color = (250, 248, 243)
INK: Color = (28, 30, 38)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one picture.

    Attributes:
        above, below: The background, from top to bottom.
        inks: Of what stands in front, from far to near; at least four.
        light: Of sun, moon, windows.
    """

    above: Color
    below: Color
    inks: tuple[Color, ...]
    light: Color


_PALETTES = (
    Palette(  # dusk
        (58, 54, 106),
        (244, 172, 128),
        ((178, 112, 134), (128, 82, 124), (84, 60, 104), (48, 38, 74)),
        (255, 226, 178),
    ),
    Palette(  # a clear morning
        (126, 184, 214),
        (252, 236, 206),
        ((158, 194, 190), (104, 158, 156), (58, 116, 122), (32, 76, 88)),
        (255, 214, 120),
    ),
    Palette(  # autumn
        (246, 222, 182),
        (240, 178, 112),
        ((214, 128, 70), (176, 84, 52), (126, 54, 46), (76, 38, 42)),
        (255, 244, 208),
    ),
    Palette(  # meadow
        (188, 222, 222),
        (248, 244, 208),
        ((178, 200, 124), (122, 166, 94), (74, 126, 82), (38, 84, 70)),
        (255, 208, 92),
    ),
    Palette(  # berries
        (250, 222, 214),
        (238, 168, 178),
        ((212, 104, 132), (164, 66, 116), (112, 48, 100), (66, 34, 76)),
        (255, 240, 220),
    ),
    Palette(  # the north
        (18, 34, 68),
        (64, 138, 150),
        ((44, 104, 124), (30, 76, 102), (20, 52, 80), (12, 30, 54)),
        (208, 244, 222),
    ),
)

_NAMED: dict[str, Color] = {
    "red": (204, 56, 52),
    "crimson": (176, 34, 58),
    "scarlet": (214, 52, 38),
    "orange": (232, 128, 46),
    "amber": (240, 176, 54),
    "gold": (220, 172, 62),
    "golden": (220, 172, 62),
    "yellow": (244, 206, 70),
    "lime": (164, 204, 66),
    "green": (70, 150, 84),
    "olive": (128, 132, 62),
    "mint": (142, 208, 178),
    "teal": (32, 134, 138),
    "turquoise": (62, 184, 184),
    "cyan": (72, 190, 212),
    "blue": (52, 104, 190),
    "navy": (30, 48, 98),
    "indigo": (70, 66, 150),
    "purple": (124, 72, 158),
    "violet": (140, 88, 178),
    "lavender": (184, 168, 222),
    "magenta": (196, 58, 140),
    "pink": (236, 138, 168),
    "rose": (220, 106, 130),
    "brown": (126, 84, 56),
    "beige": (222, 204, 174),
    "black": (30, 30, 34),
    "white": (246, 245, 240),
    "grey": (138, 142, 148),
    "gray": (138, 142, 148),
    "silver": (188, 194, 200),
}

_WORD = re.compile(r"[a-z]+")


def words_of(prompt: str) -> list[str]:
    """Its words in lower case, in order."""
    return _WORD.findall(prompt.lower())


def named_color(word: str) -> Color | None:
    """The colour that a word names, or None."""
    return _NAMED.get(word)


def named_colors(words: list[str]) -> list[Color]:
    """The colours that are named, in order, each once."""
    return list(dict.fromkeys(_NAMED[word] for word in words if word in _NAMED))


def mixed(one: Color, other: Color, share: float) -> Color:
    """``one`` with a share (0 to 1) of ``other``."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def palette_for(named: list[Color], dice: Dice) -> Palette:
    """Made of the colours that were named, or one of those that go together."""
    chosen = dice.pick(_PALETTES)
    if not named:
        return chosen
    first, last = named[0], named[-1]
    return Palette(
        above=mixed(first, WHITE, 0.45),
        below=mixed(last, WHITE, 0.78),
        inks=(
            mixed(last, WHITE, 0.3),
            mixed(first, WHITE, 0.08),
            mixed(first, INK, 0.3),
            mixed(last, INK, 0.58),
        ),
        light=mixed(named[1] if len(named) > 1 else WHITE, WHITE, 0.4),
    )
