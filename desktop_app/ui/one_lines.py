"""Single lines of text, cut where they do not fit; laid out once, not with every frame."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText, QTransform

_MOST = 2000  # lines that are kept
_SURELY_LONGER = 1.2  # than there is room, by its number of characters: it is cut at once


class OneLines:
    """Lines in one font. Main thread only.

    Attributes:
        font: Of the lines; a painter needs it too.
        height: Of each line, px.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetricsF(font)
        self.height = self._metrics.height()
        self._laid_out_height = self._laid_out("x").size().height()
        self._usual = self._metrics.averageCharWidth()
        self._known: dict[tuple[str, int], QStaticText] = {}

    def fitting(self, text: str, width: float) -> QStaticText:
        """The text within so many px, with an ellipsis where it is cut."""
        key = (text, int(width))
        known = self._known.get(key)
        if known is None:
            known = self._cut(text, width)
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[key] = known
        return known

    def _cut(self, text: str, width: float) -> QStaticText:
        if len(text) * self._usual <= _SURELY_LONGER * width:
            whole = self._laid_out(text)
            if whole.size().width() <= width:
                return whole
        return self._laid_out(self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))

    def draw(self, painter: QPainter, left: float, middle: float, line: QStaticText) -> None:
        """Paint a line from its left edge, with its middle at this height."""
        painter.setFont(self.font)
        painter.drawStaticText(round(left), self.top(middle), line)

    def top(self, middle: float) -> int:
        """Where a line begins whose middle is to be there, as in Qt's own widgets."""
        return ceil(middle - self._laid_out_height / 2)

    def _laid_out(self, text: str) -> QStaticText:
        line = QStaticText(text)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.prepare(QTransform(), self.font)
        return line
