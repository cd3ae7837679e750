"""A picture in relative coordinates, drawn large and made smaller so that edges are smooth."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from desktop_app.service.providers.builtin.drawing.palettes import Color

_SMOOTH_PIXELS = 2_500_000  # above that, edges are fine enough and memory is not

Point = tuple[float, float]


class Canvas:
    """Takes points from (0, 0), top left, to (1, 1); sizes are shares of the shorter side.

    Args:
        picture: What is drawn upon; left as it is.
    """

    def __init__(self, picture: Image.Image) -> None:
        self._size = picture.size
        scale = 2 if picture.width * picture.height <= _SMOOTH_PIXELS else 1
        self._wide, self._high = picture.width * scale, picture.height * scale
        self._image = picture.convert("RGB").resize((self._wide, self._high))
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    @classmethod
    def blank(cls, width: int, height: int) -> Canvas:
        """An empty one; sizes in pixels."""
        return cls(Image.new("RGB", (width, height)))

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self._wide / self._high

    def gradient(self, above: Color, below: Color) -> None:
        """Fill all of it, from top to bottom."""
        share = np.linspace(0.0, 1.0, self._high)[:, None]
        column = np.array(above) * (1 - share) + np.array(below) * share
        strip = Image.fromarray(column.round().astype(np.uint8)[:, None, :])
        self._image.paste(strip.resize((self._wide, self._high)))

    def glow(self, at: Point, radius: float, color: Color, strength: float = 0.8) -> None:
        """Light that fades outwards."""
        x, y = self._at(at)
        reach = max(1.0, radius * self._unit)
        rows, columns = np.ogrid[: self._high : 4, : self._wide : 4]
        distance = np.hypot(columns - x, rows - y) / reach
        share = np.clip(1.0 - distance, 0.0, 1.0) ** 2 * 255 * strength
        mask = Image.fromarray(share.astype(np.uint8)).resize((self._wide, self._high))
        self._image.paste(Image.new("RGB", self._image.size, color), mask=mask)

    def disc(self, at: Point, radius: float, color: Color, opacity: float = 1.0) -> None:
        """A filled circle."""
        self._pen.ellipse(self._box(at, radius), fill=_fill(color, opacity))

    def ring(self, at: Point, radius: float, width: float, color: Color) -> None:
        """A circle's line, drawn inwards."""
        line = max(1, round(width * self._unit))
        self._pen.ellipse(self._box(at, radius), outline=color, width=line)

    def wedge(self, at: Point, radius: float, degrees: tuple[float, float], color: Color) -> None:
        """A piece of a disc, clockwise from three o'clock."""
        self._pen.pieslice(self._box(at, radius), *degrees, fill=color)

    def polygon(self, points: Iterable[Point], color: Color, opacity: float = 1.0) -> None:
        """A filled outline."""
        self._pen.polygon([self._at(point) for point in points], fill=_fill(color, opacity))

    def line(self, points: Iterable[Point], width: float, color: Color) -> None:
        """A line through them, with round corners."""
        broad = max(1, round(width * self._unit))
        self._pen.line([self._at(each) for each in points], fill=color, width=broad, joint="curve")

    def outline(self, at: Point, radius: float, corners: Iterable[Point]) -> list[Point]:
        """``corners`` (-1 to 1, y downwards) around ``at``, of the same scale both ways."""
        wide, high = radius * self._unit / self._wide, radius * self._unit / self._high
        return [(at[0] + x * wide, at[1] + y * high) for x, y in corners]

    def finished(self) -> Image.Image:
        """The picture, of the size that was wished."""
        return self._image.resize(self._size, Image.Resampling.LANCZOS)

    @property
    def _unit(self) -> float:
        return float(min(self._wide, self._high))

    def _at(self, point: Point) -> Point:
        return point[0] * self._wide, point[1] * self._high

    def _box(self, at: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = self._at(at)
        reach = radius * self._unit
        return x - reach, y - reach, x + reach, y + reach


def regular(corners: int, *, inner: float = 1.0, turn: float = -90.0) -> list[Point]:
    """A regular outline, or a star where every other corner lies ``inner`` of the way out."""
    count = corners if inner == 1.0 else corners * 2
    points = []
    for corner in range(count):
        reach = 1.0 if corner % 2 == 0 else inner
        angle = math.radians(turn + 360 * corner / count)
        points.append((reach * math.cos(angle), reach * math.sin(angle)))
    return points


def _fill(color: Color, opacity: float) -> tuple[int, int, int, int]:
    return (*color, round(255 * opacity))
