"""The icons: SVG files of one family, drawn as paths in a colour of the look.

Only what these files use is understood: ``path`` (absolute M L H V C Z), ``circle`` and ``rect``.
QtSvg would do it too, at the price of a library before the first paint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from desktop_app import resources

_BOX = 20.0  # every icon is drawn in a box of 20 by 20
_STROKE = 1.5
_ELEMENT = re.compile(r"<(path|circle|rect)\s([^>]*?)/?>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_STEP = re.compile(r"[MLHVCZ]|-?\d*\.?\d+")


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw an icon centred in ``box``, as large as fits."""
    size = min(box.width(), box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center() - QPointF(size / 2, size / 2))
    painter.scale(size / _BOX, size / _BOX)
    painter.setPen(
        QPen(
            colour,
            _STROKE,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.RoundJoin,
        )
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(icon_path(name))
    painter.restore()


@lru_cache(maxsize=64)
def icon_path(name: str) -> QPainterPath:
    """The outline of ``resources/icons/{name}.svg`` in its 20 by 20 box."""
    return parse_svg(resources.path(f"icons/{name}.svg").read_text("utf-8"))


def parse_svg(text: str) -> QPainterPath:
    """The outlines of an SVG file as one path.

    Raises:
        ValueError: A path uses a command that is not understood.
    """
    outline = QPainterPath()
    for kind, written in _ELEMENT.findall(text):
        given = dict(_ATTRIBUTE.findall(written))
        if kind == "path":
            _add_path(outline, given["d"])
        elif kind == "circle":
            radius = float(given["r"])
            outline.addEllipse(QPointF(float(given["cx"]), float(given["cy"])), radius, radius)
        else:
            corner = float(given.get("rx", "0"))
            outline.addRoundedRect(_rectangle(given), corner, corner)
    return outline


def _rectangle(given: dict[str, str]) -> QRectF:
    return QRectF(*(float(given[key]) for key in ("x", "y", "width", "height")))


def _add_path(outline: QPainterPath, steps: str) -> None:
    if re.search(r"[a-zABD-GIJKN-UW-Y]", steps):
        raise ValueError(f"not understood: {steps}")
    words = iter(_STEP.findall(steps))
    for command in words:
        _add_step(outline, command, words)


def _add_step(outline: QPainterPath, command: str, words: Iterator[str]) -> None:
    here = outline.currentPosition()
    match command:
        case "M":
            outline.moveTo(_point(words))
        case "L":
            outline.lineTo(_point(words))
        case "H":
            outline.lineTo(float(next(words)), here.y())
        case "V":
            outline.lineTo(here.x(), float(next(words)))
        case "C":
            outline.cubicTo(_point(words), _point(words), _point(words))
        case _:
            outline.closeSubpath()


def _point(words: Iterator[str]) -> QPointF:
    return QPointF(float(next(words)), float(next(words)))
