"""Live captions: the spoken reply with the word that sounds emphasised."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.state.captions import SILENT, Caption
from desktop_app.ui import look as size
from desktop_app.ui.look import Look

_LINES, _LARGE_LINES = 2, 4


class CaptionLine(QWidget):
    """A few lines of the reply; what was said is dimmed, the word that sounds stands out."""

    spoken_role = "StaticText"

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._caption = SILENT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.enlarge(False)

    @property
    def caption(self) -> Caption:
        """What is shown."""
        return self._caption

    def show_caption(self, caption: Caption) -> None:
        """Show another place of the reply."""
        if caption != self._caption:
            self._caption = caption
            self.setAccessibleName(caption.text)
            self.update()

    def enlarge(self, is_large: bool) -> None:
        """In the focus view it is read from afar."""
        self.setFont(self._look.font(size.DISPLAY if is_large else size.TEXT))
        fitting = round(_LARGE_LINES / self._look.text_scale) if is_large else _LINES
        self._lines = max(_LINES, fitting)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(size.COLUMN, self._lines * self.fontMetrics().lineSpacing() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        layout = QTextLayout(self._caption.text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)  # where all else begins
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        high = self.fontMetrics().lineSpacing()
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width())
            line.setPosition(QPointF(0, line.lineNumber() * high))
        layout.endLayout()
        painter = QPainter(self)
        painter.setPen(self._look.colour("text"))
        painter.setClipRect(0, 0, self.width(), self._lines * high)
        layout.draw(painter, QPointF(0, -high * self._lines_above(layout)))

    def _lines_above(self, layout: QTextLayout) -> int:
        """How many lines have been read: the word that sounds stands in the second one."""
        sounding = layout.lineForTextPosition(len(self._caption.before)).lineNumber()
        return max(0, min(sounding - 1, layout.lineCount() - self._lines))

    def _formats(self) -> list[QTextLayout.FormatRange]:
        said = self._range(0, len(self._caption.before), "dim")
        word = self._range(len(self._caption.before), len(self._caption.word), "accent")
        word.format.setFontWeight(QFont.Weight.DemiBold)
        return [said, word]

    def _range(self, start: int, length: int, ink: str) -> QTextLayout.FormatRange:
        dress = QTextCharFormat()
        dress.setForeground(self._look.colour(ink))
        found = QTextLayout.FormatRange()
        found.start, found.length, found.format = start, length, dress
        return found
