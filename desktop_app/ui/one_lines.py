"""Single lines of text, cut where they do not fit; laid out once, not with every frame."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QStaticText,
    QTextLayout,
    QTransform,
)

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
        self._ascent = self._ascent_of("x")
        self._rises: dict[str, float] = {}  # of lines with letters of another font
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
        painter.drawStaticText(round(left), self.top(middle) - self._rise(line), line)

    def top(self, middle: float) -> int:
        """Where a line begins whose middle is to be there, as in Qt's own widgets."""
        return ceil(middle - self._laid_out_height / 2)

    def baseline(self, middle: float) -> float:
        """Where the letters of a line stand whose middle is to be there."""
        return self.top(middle) + self._ascent

    def _rise(self, line: QStaticText) -> int:
        """px to draw a line higher: letters of a taller font would push it off its baseline."""
        if line.size().height() == self._laid_out_height:
            return 0
        text = line.text()
        if text not in self._rises:
            if len(self._rises) >= _MOST:
                self._rises.clear()
            self._rises[text] = self._ascent_of(text) - self._ascent
        return round(self._rises[text])

    def _ascent_of(self, text: str) -> float:
        layout = QTextLayout(text, self.font)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        return line.ascent()

    def _laid_out(self, text: str) -> QStaticText:
        line = QStaticText(text)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.prepare(QTransform(), self.font)
        return line


def drop_to_line(letters: QFont, beside: QFont) -> float:
    """px to lower small letters that are centred beside larger ones, to stand on their line."""
    small, large = QFontMetrics(letters), QFontMetrics(beside)
    return (large.ascent() - large.descent() - small.ascent() + small.descent()) / 2
