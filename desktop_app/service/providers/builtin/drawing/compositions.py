"""Whole pictures: hills, sea, night, town, meadow, shapes and ribbons."""

from __future__ import annotations

import math
from collections.abc import Callable

from desktop_app.service.providers.builtin.drawing.canvas import Canvas, Point, regular
from desktop_app.service.providers.builtin.drawing.dice import Dice
from desktop_app.service.providers.builtin.drawing.palettes import INK, WHITE, Palette, mixed

Composition = Callable[[Canvas, Palette, Dice], None]


def hills(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Ridges in the haze, under a sun."""
    canvas.gradient(palette.above, palette.below)
    _sun(canvas, palette, dice, dice.between(0.2, 0.42))
    layers = 5
    for layer in range(layers):
        share = layer / (layers - 1)
        canvas.polygon(
            _ridge(dice, 0.46 + 0.4 * share, 0.13 - 0.05 * share, roughness=5),
            _ink(palette, share),
        )


def sea(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Waves before a low sun."""
    canvas.gradient(palette.above, palette.below)
    at = _sun(canvas, palette, dice, dice.between(0.32, 0.44))
    layers = 8
    for layer in range(layers):
        share = layer / (layers - 1)
        color = mixed(_ink(palette, share), WHITE, 0.18 * (layer % 2))
        swell = _wave(dice, 0.5 + 0.44 * share, 0.008 + 0.022 * share, 9 - 5 * share)
        canvas.polygon(swell, color)
    for step in range(9):
        y = 0.54 + step * 0.035
        half = dice.between(0.015, 0.075) * (1 - step / 12)
        canvas.line([(at[0] - half, y), (at[0] + half, y)], 0.006, mixed(palette.light, WHITE, 0.2))


def night(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Stars and a moon over dark land."""
    above = mixed(palette.above, INK, 0.72)
    canvas.gradient(mixed(above, INK, 0.4), mixed(palette.below, INK, 0.5))
    for _ in range(240):
        at = (dice.between(0, 1), dice.between(0, 0.85) ** 1.3)
        size = dice.between(0.0008, 0.0032)
        canvas.disc(at, size, WHITE, dice.between(0.35, 1.0))
    moon = (dice.between(0.2, 0.8), dice.between(0.16, 0.34))
    canvas.glow(moon, 0.42, palette.light, 0.45)
    canvas.disc(moon, 0.09, mixed(palette.light, WHITE, 0.55))
    for x, y, size in ((-0.03, -0.02, 0.018), (0.025, 0.03, 0.026), (0.03, -0.035, 0.012)):
        canvas.disc(
            (moon[0] + x / canvas.aspect, moon[1] + y), size, mixed(palette.light, INK, 0.12)
        )
    for layer in range(3):
        color = mixed(_ink(palette, 0.5 + layer / 4), INK, 0.45 + layer * 0.15)
        canvas.polygon(_ridge(dice, 0.72 + 0.1 * layer, 0.07, roughness=4), color)


def town(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Rows of houses with lit windows."""
    canvas.gradient(palette.above, palette.below)
    _sun(canvas, palette, dice, dice.between(0.22, 0.4))
    for row in range(3):
        color = _ink(palette, 0.2 + row * 0.38)
        left = -dice.between(0, 0.05)
        while left < 1:
            width = dice.between(0.05, 0.11) * min(1.0, 1.4 / canvas.aspect)
            top = 0.36 + row * 0.15 + dice.between(-0.12, 0.1)
            canvas.polygon(_rectangle(left, top, left + width, 1), color)
            if row:
                _windows(canvas, palette, dice, (left, top, width))
            left += width + dice.between(-0.004, 0.012)


def meadow(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Flowers, the near ones larger."""
    canvas.gradient(palette.above, mixed(palette.below, palette.inks[0], 0.25))
    _sun(canvas, palette, dice, dice.between(0.16, 0.26))
    ground = ((120, 168, 104), (84, 140, 88), (52, 104, 74))
    for layer, green in enumerate(ground):
        level = 0.52 + layer * 0.16
        canvas.polygon(_ridge(dice, level, 0.04, roughness=2), mixed(green, palette.inks[1], 0.18))
        for _ in range(16 - 3 * layer):
            at = (dice.between(0.02, 0.98), level + dice.between(0.02, 0.15))
            _flower(canvas, palette, dice, at, dice.between(0.016, 0.026) * (1 + layer * 0.9))


def shapes(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Circles, quarters and squares on a grid."""
    canvas.gradient(WHITE, mixed(palette.below, WHITE, 0.5))
    down = dice.whole(3, 5)
    across = max(2, round(down * canvas.aspect))
    wide, high = 1 / across, 1 / down
    radius = 0.5 * min(wide * canvas.aspect, high) / min(canvas.aspect, 1.0)
    inks = (*palette.inks, palette.light, palette.above)
    for row in range(down):
        for column in range(across):
            box = (column * wide, row * high, (column + 1) * wide, (row + 1) * high)
            canvas.polygon(_rectangle(*box), dice.pick(inks))
            center = (box[0] + wide / 2, box[1] + high / 2)
            _tile(canvas, dice, center, radius, dice.pick(inks))


def _tile(
    canvas: Canvas, dice: Dice, at: Point, radius: float, color: tuple[int, int, int]
) -> None:
    match dice.whole(0, 4):
        case 0:
            canvas.disc(at, radius * 0.78, color)
        case 1:
            turn = 90 * dice.whole(0, 3)
            canvas.wedge(at, radius * 0.98, (turn, turn + 180), color)
        case 2:
            canvas.ring(at, radius * 0.82, radius * 0.3, color)
        case 3:
            corners = regular(3, turn=90.0 * dice.whole(0, 3))
            canvas.polygon(canvas.outline(at, radius * 0.9, corners), color)
        case _:
            canvas.polygon(canvas.outline(at, radius * 0.9, regular(4)), color)


def ribbons(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Bands that flow from side to side."""
    canvas.gradient(palette.above, palette.below)
    canvas.glow((dice.between(0.2, 0.8), dice.between(0.1, 0.4)), 0.8, palette.light, 0.5)
    bands = 13
    swings = [
        (dice.between(0.6, 2.2), dice.between(0, 6.3), dice.between(0.04, 0.1)) for _ in "123"
    ]
    for band in range(bands):
        share = band / (bands - 1)
        upper = [(x / 60, _swing(x / 60, 0.2 + 0.72 * share, swings, share)) for x in range(61)]
        thick = 0.05 + 0.06 * share
        lower = [(x, y + thick * (0.6 + 0.4 * math.sin(5 * x + share * 6))) for x, y in upper]
        color = mixed(_ink(palette, share), palette.light, 0.5 if band % 4 == 2 else 0.0)
        canvas.polygon([*upper, *reversed(lower)], color, 0.85)


def _swing(x: float, level: float, swings: list[tuple[float, float, float]], share: float) -> float:
    waves = (high * math.sin(math.tau * pace * x + at + 1.4 * share) for pace, at, high in swings)
    return level + sum(waves)


def _sun(canvas: Canvas, palette: Palette, dice: Dice, y: float) -> Point:
    at = (dice.between(0.22, 0.78), y)
    canvas.glow(at, 0.6, palette.light, 0.65)
    canvas.disc(at, dice.between(0.07, 0.11), palette.light)
    return at


def _ink(palette: Palette, share: float) -> tuple[int, int, int]:
    """From the far (0) to the near (1) ink."""
    place = min(max(share, 0.0), 1.0) * (len(palette.inks) - 1)
    before = min(int(place), len(palette.inks) - 2)
    return mixed(palette.inks[before], palette.inks[before + 1], place - before)


def _ridge(dice: Dice, level: float, height: float, *, roughness: int) -> list[Point]:
    """A skyline across the picture, closed below it."""
    parts = [
        (
            0.8 * (octave + 1) ** 1.3 * dice.between(0.8, 1.2),
            dice.between(0, math.tau),
            0.62**octave,
        )
        for octave in range(roughness)
    ]
    line = []
    for step in range(121):
        x = step / 120
        y = sum(share * math.sin(math.tau * pace * x + at) for pace, at, share in parts)
        line.append((x, level - height * 0.6 * y))
    return [*line, (1.0, 1.0), (0.0, 1.0)]


def _wave(dice: Dice, level: float, height: float, pace: float) -> list[Point]:
    at = dice.between(0, math.tau)
    line = [
        (step / 120, level - height * abs(math.sin(pace * math.pi * step / 120 + at)))
        for step in range(121)
    ]
    return [*line, (1.0, 1.0), (0.0, 1.0)]


def _rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _windows(
    canvas: Canvas, palette: Palette, dice: Dice, house: tuple[float, float, float]
) -> None:
    left, top, width = house
    for column in range(3):
        for row in range(10):
            x, y = left + width * (0.16 + 0.27 * column), top + 0.03 + 0.052 * row
            if y < 0.95 and dice.between(0, 1) < 0.55:
                pane = _rectangle(x, y, x + width * 0.15, y + 0.024)
                canvas.polygon(pane, palette.light, dice.between(0.5, 1.0))


def _flower(canvas: Canvas, palette: Palette, dice: Dice, at: Point, size: float) -> None:
    foot = (at[0] + dice.between(-0.006, 0.006), at[1] + size * 4)
    canvas.line([at, foot], size * 0.2, (52, 108, 66))
    color = dice.pick(
        (palette.inks[0], palette.inks[1], palette.light, mixed(palette.inks[1], WHITE, 0.5))
    )
    turn = dice.between(0, 72)
    for x, y in canvas.outline(at, size, regular(6, turn=turn)):
        canvas.disc((x, y), size * 0.62, color)
    canvas.disc(at, size * 0.55, mixed(palette.light, (240, 180, 60), 0.6))
