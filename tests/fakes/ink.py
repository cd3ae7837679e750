"""Where something was painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

_DARK = 140  # of 255; lighter is ground, or the edge of a letter


def ink_of(paint: Callable[[QPainter], None], width: int, height: int) -> QRect:
    """The box of all that is dark, as it is painted on white."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFFFF)
    painter = QPainter(picture)
    paint(painter)
    painter.end()
    return dark_in(picture, picture.rect())


def dark_in(picture: QImage, within: QRect) -> QRect:
    """The box of all that is dark inside of another one."""
    found = QRect()
    for x in range(within.left(), within.right() + 1):
        for y in range(within.top(), within.bottom() + 1):
            if picture.pixelColor(x, y).lightness() < _DARK:
                found = found.united(QRect(x, y, 1, 1))
    return found
