"""Decides what a prompt's words become: which composition, which things, which colours."""

from __future__ import annotations

from PIL import Image

from desktop_app.service.providers.builtin.drawing.canvas import Canvas
from desktop_app.service.providers.builtin.drawing.compositions import (
    Composition,
    hills,
    meadow,
    night,
    ribbons,
    sea,
    shapes,
    town,
)
from desktop_app.service.providers.builtin.drawing.dice import Dice
from desktop_app.service.providers.builtin.drawing.palettes import (
    Palette,
    mixed,
    named_colors,
    palette_for,
)
from desktop_app.service.providers.builtin.drawing.subjects import (
    Subject,
    draw_subject,
    subjects_of,
)

_SCENES: dict[Composition, str] = {
    night: "night stars starry moon space galaxy planet universe midnight aurora cosmos",
    sea: "sea ocean wave waves water lake river beach harbour harbor boat ship island fish whale",
    town: "city town building buildings skyline street tower houses village skyscraper downtown",
    meadow: "flower flowers garden meadow spring blossom rose tulip daisy bee butterfly bouquet",
    hills: "mountain mountains hill hills landscape sunset sunrise valley desert forest house"
    " cottage home tree trees sky dawn canyon nature field",
    shapes: "pattern geometric shapes tiles mosaic bauhaus logo poster grid icon",
}
_BY_WORD = {word: scene for scene, words in _SCENES.items() for word in words.split()}
_ABSTRACT = (ribbons, ribbons, shapes, hills, sea)
_PLAIN = frozenset(("circle", "ball", "square", "box", "triangle", "heart", "star"))


def drawn(words: list[str], size: tuple[int, int], dice: Dice) -> Image.Image:
    """A new picture.

    Args:
        words: Of the prompt, in lower case.
        size: Width and height in pixels.
        dice: Decides what the words leave open.
    """
    subjects = subjects_of(words)
    taken = {each.color for each in subjects}
    palette = palette_for([each for each in named_colors(words) if each not in taken], dice)
    canvas = Canvas.blank(*size)
    scene = next((_BY_WORD[word] for word in words if word in _BY_WORD), None)
    if scene is None and subjects and all(each.name in _PLAIN for each in subjects):
        _plain_ground(canvas, palette, subjects)
    else:
        (scene or dice.pick(_ABSTRACT))(canvas, palette, dice)
    _place(canvas, [each for each in subjects if not _is_shown(each, scene)], palette)
    return canvas.finished()


def _plain_ground(canvas: Canvas, palette: Palette, subjects: list[Subject]) -> None:
    """Calm, and never of the things' own colour."""
    light = palette.below if any(each.color for each in subjects) else palette.above
    canvas.gradient(mixed(light, (252, 250, 245), 0.75), mixed(light, (252, 250, 245), 0.4))


def _is_shown(subject: Subject, scene: Composition | None) -> bool:
    """Whether the scene has it anyway."""
    if subject.color is not None:
        return False
    return (scene is night and subject.name in ("moon", "star")) or (
        scene is meadow and subject.name == "flower"
    )


def _place(canvas: Canvas, subjects: list[Subject], palette: Palette) -> None:
    radius = 0.26 if len(subjects) == 1 else 0.42 / max(1, len(subjects))
    for index, subject in enumerate(subjects):
        x = 0.5 if len(subjects) == 1 else (index + 0.5) / len(subjects)
        draw_subject(canvas, subject, (x, 0.52), min(radius, 0.22), palette.inks[1])
