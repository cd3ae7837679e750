"""One line to write in, in the look of the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look

_PADDING = 12


class TextField(QLineEdit):
    """A line edit with a rounded outline."""

    def __init__(self, look: Look, parent: QWidget, *, px: int = size.SMALL) -> None:
        super().__init__(parent)
        self._look = look
        self.setFrame(False)
        self.setFont(look.font(px))
        self.setTextMargins(_PADDING, 0, _PADDING, 0)
        self.setMinimumHeight(self.fontMetrics().height() + 18)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; }")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_field(painter, self._look, self)
        painter.end()
        super().paintEvent(event)


def paint_field(painter: QPainter, look: Look, widget: QWidget) -> None:
    """The outline of what can be filled in; it says where the keys go."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    is_focused = widget.hasFocus()
    painter.setPen(QPen(look.colour("accent" if is_focused else "edge"), 1 + is_focused))
    painter.setBrush(look.colour("raised"))
    inset = 1.0 if is_focused else 0.5
    box = QRectF(widget.rect()).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(box, 8, 8)
