"""Turns what is painted by hand around where the language is read from the right."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication


def is_mirrored() -> bool:
    """Whether the window is read from the right."""
    return QGuiApplication.isRightToLeft()


def mirrored(box: QRectF, width: float) -> QRectF:
    """A box inside of ``width``, at the other side where the window is read from the right."""
    if not is_mirrored():
        return box
    return QRectF(width - box.right(), box.top(), box.width(), box.height())


def within(box: QRectF, outer: QRectF) -> QRectF:
    """A box inside of another one, at its other side where the window is read from the right."""
    return mirrored(box.translated(-outer.left(), 0), outer.width()).translated(outer.left(), 0)


def mirrored_margins(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    """Margins of a layout: Qt turns its rows around, not these."""
    return (right, top, left, bottom) if is_mirrored() else (left, top, right, bottom)


def leading() -> Qt.AlignmentFlag:
    """At the side where reading begins, whatever the direction of the words; half-way down."""
    side = Qt.AlignmentFlag.AlignRight if is_mirrored() else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


def in_order(numbers: str) -> str:
    """Numbers with signs between them, such as a width and a height: none changes its place."""
    return f"\u2066{numbers}\u2069" if numbers and is_mirrored() else numbers


def shortened(text: str, metrics: QFontMetrics, room: int) -> str:
    """The text within so many px, with an ellipsis where its own words end."""
    fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    if fitting == text or not is_mirrored():
        return fitting
    is_turned = any(unicodedata.bidirectional(one) in ("R", "AL") for one in text)
    return fitting if is_turned else f"\u2066{fitting}\u2069"
