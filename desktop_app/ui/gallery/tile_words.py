"""What is said below a picture of a grid: one line, or two where letters are large."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText, QTextLayout, QTextOption

from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.one_lines import OneLines

_LARGE = 1.5  # of the usual letters: a line of them holds too little to tell pictures apart
_INDENT, _ABOVE = 2, 7  # px
_MOST = 600  # pictures whose words are kept


class TileWords:
    """Lines below pictures, laid out once and not with every frame. Main thread only.

    Attributes:
        font: Of the lines.
        height: Of all of them, px.
    """

    def __init__(self, look: Look) -> None:
        self._lines = OneLines(look.font(size.CAPTION))
        self.font = self._lines.font
        self._metrics = QFontMetricsF(self._lines.font)
        self._has_two = look.text_scale >= _LARGE
        self.height = ceil(self._lines.height) * (2 if self._has_two else 1)
        self._known: dict[str, tuple[QStaticText, ...]] = {}

    def forget(self) -> None:
        """There is another width for them."""
        self._known.clear()

    def lines(self, key: str, words: str, width: float) -> tuple[QStaticText, ...]:
        """The words of one picture, cut where they do not fit."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            parts = self._parts(words, width - 2 * _INDENT)
            known = tuple(self._lines.fitting(part, width - 2 * _INDENT) for part in parts)
            self._known[key] = known
        return known

    def draw(
        self, painter: QPainter, lines: tuple[QStaticText, ...], box: QRect, *, is_mirrored: bool
    ) -> None:
        """Paint them below a picture, on the side where lines begin; ``font`` is set already."""
        high = ceil(self._lines.height)
        for number, line in enumerate(lines):
            left: float = box.left() + _INDENT
            if is_mirrored:
                left = box.right() + 1 - _INDENT - line.size().width()
            middle = box.bottom() + _ABOVE + (number + 0.5) * high
            painter.drawStaticText(round(left), self._lines.top(middle), line)

    def _parts(self, words: str, width: float) -> tuple[str, ...]:
        """The first line as the language breaks lines, the rest on the second."""
        if not self._has_two or self._metrics.horizontalAdvance(words) <= width:
            return (words,)
        layout = QTextLayout(words, self.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(width)
        layout.endLayout()
        units, end = words.encode("utf-16-le"), 2 * line.textLength()  # Qt counts UTF-16
        first, rest = (part.decode("utf-16-le").strip() for part in (units[:end], units[end:]))
        return (first, rest) if rest else (first,)
