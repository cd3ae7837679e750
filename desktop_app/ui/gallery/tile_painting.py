"""How one cell of a grid of pictures looks."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.gallery.play_sign import paint_length, paint_play_sign, sign_side
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look

_RING = 3


def paint_tile(
    painter: QPainter,
    box: QRect,
    look: Look,
    picture: PictureRecord,
    image: QImage | None,
    length: str = "",
) -> None:
    """A picture, None while it is read and null where it is none, or a video with its sign.

    Args:
        length: Of a video, in words; empty where it is not known.
    """
    if image is not None and not image.isNull():
        painter.drawImage(box, image)
        size.edge_picture(painter, QRectF(box), look)
    else:
        paint_absent(painter, box, look)
        if image is not None and not picture.is_video:
            _paint_broken(painter, box, look)
    if picture.is_video:
        paint_play_sign(painter, QRectF(box), look)
        pill = paint_length(painter, QRectF(box), look, length)
        if image is not None and image.isNull():
            _paint_foot(painter, box, look, tr("No preview"), pill)


def paint_absent(painter: QPainter, box: QRect, look: Look) -> None:
    """The ground of a picture that is not there."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("hover"))
    painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)


def _paint_broken(painter: QPainter, box: QRect, look: Look) -> None:
    middle = QRectF(box.center().x() - 9, box.center().y() - 22, 18, 18)
    paint_icon(painter, "warning", middle, look.colour("dim"))
    _paint_words(painter, box, look, tr("Cannot be shown"))


def _paint_foot(painter: QPainter, box: QRect, look: Look, words: str, pill: QRectF) -> None:
    """One line at the lower edge beside the length, where the sign leaves room for it."""
    painter.setFont(look.font(size.CAPTION))
    painter.setPen(look.colour("dim"))
    line = painter.fontMetrics().height()
    room = QRectF(box.left() + 4, box.bottom() - line - 5, box.width() - 8, line)
    flags = Qt.AlignmentFlag.AlignCenter
    if not pill.isNull():
        is_before = pill.center().x() < room.center().x()
        edge = box.bottom() - pill.bottom()
        left = pill.right() + edge if is_before else box.left() + edge
        right = box.right() - edge if is_before else pill.left() - edge
        room = QRectF(left, pill.top(), right - left, pill.height())
        side = Qt.AlignmentFlag.AlignRight if is_before else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    is_fitting = painter.fontMetrics().horizontalAdvance(words) <= room.width()
    if is_fitting and line + 8 <= (box.height() - sign_side(QRectF(box), look)) / 2:
        painter.drawText(room, flags, words)


def _paint_words(painter: QPainter, box: QRect, look: Look, words: str) -> None:
    """Below the middle."""
    painter.setFont(look.font(size.CAPTION))
    painter.setPen(look.colour("dim"))
    room = QRect(box.left() + 8, box.center().y() + 2, box.width() - 16, box.height() // 2 - 6)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(room, flags, words)


def paint_ring(painter: QPainter, box: QRect, look: Look) -> None:
    """Around the picture that keys are about."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.colour("background"), 2))
    inner = QRectF(box).adjusted(_RING, _RING, -_RING, -_RING)
    painter.drawRoundedRect(inner, size.RADIUS - 2, size.RADIUS - 2)
    painter.setPen(QPen(look.colour("accent"), _RING))
    around = QRectF(box).adjusted(1, 1, -1, -1)
    painter.drawRoundedRect(around, size.RADIUS, size.RADIUS)
