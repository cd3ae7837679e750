"""What tells a video from a picture: a sign to play it, and how long it is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import within

_SIGN = 48  # px at 1x
_EDGE = 8
_SMALL = 120  # px; there the length stands closer to the corner
_GROUND = 225  # of 255: it is read on every picture


def sign_side(box: QRectF, look: Look) -> float:
    """How wide the sign is in that box, px."""
    return min(_SIGN * look.text_scale, min(box.width(), box.height()) * 0.45)


def paint_play_sign(painter: QPainter, box: QRectF, look: Look) -> None:
    """In the middle of a box, as large as befits it."""
    side = sign_side(box, look)
    circle = QRectF(0, 0, side, side)
    circle.moveCenter(box.center())
    painter.setPen(look.colour("dim"))  # seen on a ground of its own colour too
    painter.setBrush(_ground(look))
    painter.drawEllipse(circle)
    triangle, middle, step = QPainterPath(), circle.center(), side / 5
    triangle.moveTo(middle + QPointF(-0.75 * step, -1.1 * step))
    triangle.lineTo(middle + QPointF(1.15 * step, 0))
    triangle.lineTo(middle + QPointF(-0.75 * step, 1.1 * step))
    triangle.closeSubpath()
    painter.fillPath(triangle, look.colour("text"))


def paint_length(painter: QPainter, box: QRectF, look: Look, words: str) -> QRectF:
    """In the lower corner where lines begin; returns where, null where there is no room for it."""
    font = look.font(size.CAPTION)
    painter.setFont(font)
    lines = painter.fontMetrics()
    edge = _EDGE if box.height() >= _SMALL else _EDGE / 2
    width, height = lines.horizontalAdvance(words) + 2 * edge, lines.height() + 4
    below = (box.height() - sign_side(box, look)) / 2
    if not words or width + 2 * edge > box.width() or height + edge > below:
        return QRectF()
    pill = within(QRectF(box.left() + edge, box.bottom() - edge - height, width, height), box)
    painter.setPen(look.colour("dim"))
    painter.setBrush(_ground(look))
    painter.drawRoundedRect(pill, 6, 6)
    painter.setPen(look.colour("text"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
    return pill


def paint_plate(painter: QPainter, box: QRectF, look: Look) -> None:
    """The ground of a video of which no picture can be had."""
    painter.setPen(look.colour("line"))
    painter.setBrush(look.colour("code"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), size.RADIUS, size.RADIUS)


def _ground(look: Look) -> QColor:
    ground = QColor(look.colour("raised"))
    ground.setAlpha(_GROUND)
    return ground
