"""Single things that a prompt names: a circle, a heart, a house, a boat."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.service.providers.builtin.drawing.canvas import Canvas, Point, regular
from desktop_app.service.providers.builtin.drawing.palettes import (
    INK,
    WHITE,
    Color,
    mixed,
    named_color,
)

_BROWN: Color = (112, 78, 54)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing, and its colour where one was named before it."""

    name: str
    color: Color | None


def subjects_of(words: list[str]) -> list[Subject]:
    """What of ``words`` can be drawn, in order, as often as they say; at most five."""
    found: list[Subject] = []
    color: Color | None = None
    count = 1
    for word in words:
        name = word if word in _DRAWN else word.removesuffix("s")
        if name in _DRAWN:
            if Subject(name, color) not in found:
                found += [Subject(name, color)] * count
            color, count = None, 1
        else:
            color = named_color(word) or color
            count = _COUNTS.get(word, count)
    return found[:5]


def draw_subject(
    canvas: Canvas, subject: Subject, at: Point, radius: float, default: Color
) -> None:
    """Draw it around ``at``."""
    _DRAWN[subject.name](canvas, at, radius, subject.color or default)


def _circle(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.disc(at, radius, color)


def _square(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.polygon(canvas.outline(at, radius * 1.2, regular(4, turn=45)), color)


def _triangle(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.polygon(canvas.outline(at, radius * 1.15, regular(3)), color)


def _star(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.polygon(canvas.outline(at, radius * 1.15, regular(5, inner=0.42)), color)


def _sun(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.glow(at, radius * 2.2, mixed(color, WHITE, 0.5), 0.6)
    canvas.polygon(canvas.outline(at, radius * 1.1, regular(12, inner=0.74)), color)
    canvas.disc(at, radius * 0.72, mixed(color, WHITE, 0.3))


def _moon(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    steps = [math.radians(angle) for angle in range(-110, 111, 5)]
    outer = [(math.cos(angle), math.sin(angle)) for angle in steps]
    inner = [(0.62 * math.cos(angle) - 0.12, 0.94 * math.sin(angle)) for angle in reversed(steps)]
    canvas.polygon(canvas.outline(at, radius, [*outer, *inner]), mixed(color, WHITE, 0.3))


def _heart(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    points = []
    for step in range(80):
        t = math.tau * step / 80
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((math.sin(t) ** 3, -y / 16))
    canvas.polygon(canvas.outline(at, radius * 1.05, points), color)


def _house(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    def part(corners: list[Point], paint: Color) -> None:
        canvas.polygon(canvas.outline(at, radius, corners), paint)

    part([(-0.8, -0.05), (0.8, -0.05), (0.8, 1.0), (-0.8, 1.0)], color)
    part([(-1.05, 0.0), (0.0, -0.95), (1.05, 0.0)], mixed(color, INK, 0.45))
    part([(-0.2, 0.4), (0.2, 0.4), (0.2, 1.0), (-0.2, 1.0)], mixed(color, INK, 0.6))
    for left in (-0.62, 0.34):
        part([(left, 0.2), (left + 0.28, 0.2), (left + 0.28, 0.5), (left, 0.5)], (255, 232, 164))


def _tree(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    trunk = [(-0.1, 0.1), (0.1, 0.1), (0.16, 1.1), (-0.16, 1.1)]
    canvas.polygon(canvas.outline(at, radius, trunk), _BROWN)
    crown = (
        (-0.4, 0.0, 0.5),
        (0.4, 0.02, 0.5),
        (0.0, -0.1, 0.58),
        (-0.2, -0.5, 0.45),
        (0.24, -0.46, 0.45),
    )
    for index, (x, y, size) in enumerate(crown):
        (place,) = canvas.outline(at, radius, [(x, y)])
        canvas.disc(place, radius * size, mixed(color, WHITE, 0.06 * index))


def _boat(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    hull = [(-1.0, 0.45), (1.0, 0.45), (0.65, 0.95), (-0.65, 0.95)]
    canvas.polygon(canvas.outline(at, radius, hull), mixed(color, INK, 0.25))
    canvas.line(canvas.outline(at, radius, [(0, 0.45), (0, -1)]), radius * 0.06, _BROWN)
    canvas.polygon(canvas.outline(at, radius, [(0.08, -0.95), (0.8, 0.3), (0.08, 0.3)]), WHITE)
    jib = [(-0.08, -0.7), (-0.62, 0.3), (-0.08, 0.3)]
    canvas.polygon(canvas.outline(at, radius, jib), mixed(color, WHITE, 0.4))


def _flower(canvas: Canvas, at: Point, radius: float, color: Color) -> None:
    canvas.line([at, *canvas.outline(at, radius, [(0.05, 1.5)])], radius * 0.1, (58, 118, 70))
    for place in canvas.outline(at, radius * 0.62, regular(6)):
        canvas.disc(place, radius * 0.42, color)
    canvas.disc(at, radius * 0.36, (244, 196, 76))


_DRAWN: dict[str, Callable[[Canvas, Point, float, Color], None]] = {
    "circle": _circle,
    "ball": _circle,
    "square": _square,
    "box": _square,
    "triangle": _triangle,
    "star": _star,
    "sun": _sun,
    "moon": _moon,
    "heart": _heart,
    "house": _house,
    "home": _house,
    "cottage": _house,
    "tree": _tree,
    "boat": _boat,
    "ship": _boat,
    "sailboat": _boat,
    "flower": _flower,
    "daisy": _flower,
}
