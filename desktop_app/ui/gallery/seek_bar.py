"""How far a video is, and a place to take hold of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle, QWidget

from desktop_app.prose import tr
from desktop_app.ui.look import Look

_KNOB = 14  # px at 1x


class SeekBar(QSlider):
    """A line that a press anywhere moves along; keys as of every slider.

    Attributes:
        is_pressed_by_space: It stops and goes on, here too; see ``TalkKey``.
    """

    is_pressed_by_space = True

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Position in the video"))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, self._look.scaled(28))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(60, self._look.scaled(28))

    @property
    def _knob(self) -> int:
        return self._look.scaled(_KNOB)

    def _is_mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _seek(self, x: float) -> None:
        span = self.width() - self._knob
        place = round(x - self._knob / 2)
        self.setValue(
            QStyle.sliderValueFromPosition(
                self.minimum(), self.maximum(), place, span, self._is_mirrored()
            )
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.isSliderDown():
            self._seek(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        knob, middle = self._knob, self.height() / 2
        place = QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), self.value(), self.width() - knob, self._is_mirrored()
        )
        line = QRectF(knob / 2, middle - 1.5, self.width() - knob, 3)
        centre = QPointF(place + knob / 2, middle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("edge"))
        painter.drawRoundedRect(line, 1.5, 1.5)
        done = QRectF(line)
        if self._is_mirrored():
            done.setLeft(centre.x())
        else:
            done.setRight(centre.x())
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(done, 1.5, 1.5)
        painter.drawEllipse(centre, knob / 2 - 1, knob / 2 - 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.colour("accent"), 2))
            around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(around, 6, 6)
