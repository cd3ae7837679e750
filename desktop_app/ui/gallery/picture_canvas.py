"""One picture as large as fits, or several beside each other."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.gallery.play_sign import paint_plate, paint_play_sign
from desktop_app.ui.gallery.tile_painting import paint_ring
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import shortened

_WHOLE = Qt.AspectRatioMode.KeepAspectRatio
_MOST_PLATE = QSize(640, 360)
_GAP = 16
_FOOT = 26


class Shown(NamedTuple):
    """One of the pictures; without an image it is still read, with a null one it is none.

    Attributes:
        is_video: A press plays it, so it says so.
        is_gone: It has no image because its file is not there any more.
    """

    name: str
    image: QImage | None = None
    is_video: bool = False
    is_gone: bool = False

    @property
    def fault(self) -> str:
        """Why there is nothing to be seen."""
        return tr(NO_FILE if self.is_gone else NO_PICTURE)


class PictureCanvas(QWidget):
    """Paints whole pictures.

    Signals:
        dragged: Number of the picture that is taken out of the window.
        chosen: Number of the picture that was clicked.
    """

    spoken_role = "Graphic"

    dragged = Signal(int)
    chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: tuple[Shown, ...] = ()
        self._pressed_at: QPoint | None = None
        self._has_ring = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pictures(self, shown: tuple[Shown, ...]) -> None:
        """Show one picture, or several beside each other with their names."""
        self._shown = shown
        broken = self.is_broken
        names = ", ".join(one.name for one in shown)
        self.setAccessibleName(f"{names}. {shown[0].fault}" if broken else names)
        self.update()

    def show_frame(self, image: QImage, *, is_playing: bool) -> None:
        """Exchange the image of the only picture, a video's."""
        if len(self._shown) == 1 and not image.isNull():
            self._shown = (self._shown[0]._replace(image=image, is_video=not is_playing),)
            self.update()

    def show_playing(self, *, is_playing: bool) -> None:
        """Show the sign by which the only picture, a video's, is played, or not."""
        if len(self._shown) == 1:
            self._shown = (self._shown[0]._replace(is_video=not is_playing),)
            self.update()

    def show_focus(self, *, is_seen: bool) -> None:
        """Say by a ring that keys are about what is shown."""
        if is_seen != self._has_ring:
            self._has_ring = is_seen
            self.update()

    @property
    def is_broken(self) -> bool:
        """Whether the only picture cannot be shown."""
        if len(self._shown) != 1 or self._shown[0].is_video:
            return False
        image = self._shown[0].image
        return image is not None and image.isNull()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(480, 360)

    def _box(self, number: int) -> QRect:
        count = len(self._shown)
        width = (self.width() - (count - 1) * _GAP) // max(1, count)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            number = count - 1 - number
        return QRect(number * (width + _GAP), 0, width, self.height())

    def _at(self, point: QPoint) -> int:
        boxes = range(len(self._shown))
        return next((number for number in boxes if self._box(number).contains(point)), -1)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, shown in enumerate(self._shown):
            box = self._box(number)
            has_name = len(self._shown) > 1
            if has_name:
                box = box.adjusted(0, 0, 0, -self._look.scaled(_FOOT))
            if shown.image is None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._look.colour("hover"))
                painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)
            elif not shown.image.isNull():
                box = self._fitting(box, shown.image)
                self._paint_picture(painter, QRectF(box), shown.image)
            elif shown.is_video:
                box = self._plate(box)
                paint_plate(painter, QRectF(box), self._look)
                self._paint_below(painter, box)
            else:
                self._paint_broken(painter, box, shown.fault)
            if shown.is_video:
                paint_play_sign(painter, QRectF(box), self._look)
            if has_name:
                self._paint_name(painter, self._box(number), box.bottom(), shown.name)
        if self._has_ring:
            paint_ring(painter, self.rect(), self._look)

    def _paint_picture(self, painter: QPainter, box: QRectF, image: QImage) -> None:
        corners = QPainterPath()
        corners.addRoundedRect(box, size.RADIUS, size.RADIUS)
        painter.save()
        painter.setClipPath(corners)
        painter.drawImage(box, image)
        painter.restore()
        size.edge_picture(painter, box, self._look)

    def _fitting(self, box: QRect, image: QImage) -> QRect:
        """Where an image stands in a box."""
        whole = image.size()
        fitting = whole.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        if fitting.width() > 2 * whole.width():  # a tiny one stays recognisable as tiny
            fitting = whole * 2
        place = QRect(QPoint(0, 0), fitting)
        place.moveCenter(box.center())
        return place

    def _plate(self, box: QRect) -> QRect:
        """Of a video that is played elsewhere."""
        plate = QRect(QPoint(0, 0), QSize(16, 9).scaled(box.size(), _WHOLE).boundedTo(_MOST_PLATE))
        plate.moveCenter(box.center())
        return plate

    def _paint_below(self, painter: QPainter, box: QRect) -> None:
        """Who plays it."""
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        room = box.adjusted(16, box.height() * 3 // 4, -16, -8)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, tr("Play in another program"))

    def _paint_name(self, painter: QPainter, box: QRect, below: int, name: str) -> None:
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        line = QRect(box.left(), below + 2, box.width(), self._look.scaled(_FOOT))
        words = shortened(name, painter.fontMetrics(), max(0, line.width() - 8))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_broken(self, painter: QPainter, box: QRect, fault: str) -> None:
        centre = box.center()
        icon = QRectF(centre.x() - 14, centre.y() - 44, 28, 28)
        paint_icon(painter, "warning", icon, self._look.colour("dim"))
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        words = QRect(box.left() + 16, centre.y() - 6, box.width() - 32, box.height() // 2)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, fault)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed_at is None:
            return
        way = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if way >= QApplication.startDragDistance():
            number, self._pressed_at = self._at(self._pressed_at), None
            if number >= 0:
                self.dragged.emit(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        was_pressed, self._pressed_at = self._pressed_at is not None, None
        number = self._at(event.position().toPoint())
        if was_pressed and number >= 0:
            self.chosen.emit(number)


NO_PICTURE = mark(
    "This file is not a picture that can be shown here. Save it to look at it with another program."
)
NO_FILE = mark("The file of this picture is not there any more. Ask for it again in its thread.")
