"""A switch that is on or off, and says so."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.ui.look import Look

_WIDTH, _HEIGHT = 40, 24


class Switch(QAbstractButton):
    """Space or a click turns it; the knob's place and the colour both tell."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._look.scaled(_WIDTH) + 6, self._look.scaled(_HEIGHT) + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self._look.scaled(_WIDTH), self._look.scaled(_HEIGHT)
        track = QRectF(3, (self.height() - height) / 2, width, height)
        is_on = self.isChecked()
        painter.setPen(QPen(self._look.colour("accent" if is_on else "edge"), 1.5))
        painter.setBrush(self._look.colour("accent" if is_on else "raised"))
        painter.drawRoundedRect(track, height / 2, height / 2)
        is_right = is_on != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        x = track.right() - height / 2 if is_right else track.left() + height / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("on_accent" if is_on else "edge"))
        painter.drawEllipse(QPointF(x, track.center().y()), height / 3, height / 3)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.colour("accent"), 2))
            around = track.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(around, height / 2 + 2, height / 2 + 2)
