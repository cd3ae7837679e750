"""Single lines of text, cut where they do not fit; laid out once, not with every frame."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText, QTransform

_MOST = 2000  # lines that are kept


class OneLines:
    """Lines in one font. Main thread only."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._known: dict[tuple[str, int], QStaticText] = {}

    @property
    def height(self) -> float:
        """Of each line, px."""
        return self._metrics.height()

    def fitting(self, text: str, width: float) -> QStaticText:
        """The text within so many px, with an ellipsis where it is cut."""
        key = (text, int(width))
        known = self._known.get(key)
        if known is None:
            known = self._laid_out(text)
            if known.size().width() > width:
                cut = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
                known = self._laid_out(cut)
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[key] = known
        return known

    def draw(self, painter: QPainter, left: float, middle: float, line: QStaticText) -> None:
        """Paint a line from its left edge, with its middle at this height."""
        painter.setFont(self._font)
        top = ceil(middle - line.size().height() / 2)  # as Qt places the lines of its own widgets
        painter.drawStaticText(QPointF(left, top), line)

    def _laid_out(self, text: str) -> QStaticText:
        line = QStaticText(text)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.prepare(QTransform(), self._font)
        return line
