"""The soft ground of a user's message, with the mark of a spoken one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.journal.records import MessageRecord
from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.wording import spoken_mark

PAD_X, PAD_Y = 16, 10
HEADER = 20  # the line that says how long was spoken
_CORNER, _TAIL = 14.0, 4.0
_BARS = 8


def paint_bubble(painter: QPainter, look: Look, box: QRectF, message: MessageRecord) -> None:
    """Paint the ground and, for a spoken message, its mark."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("bubble"))
    painter.drawPath(_outline(box))
    if message.is_spoken:
        head = QRectF(box.left() + PAD_X, box.top() + PAD_Y - 2, box.width() - PAD_X, 16)
        _paint_spoken(painter, look, head, message)


def _outline(box: QRectF) -> QPainterPath:
    """Round corners, the lower right one nearly square: this is what the user said."""
    path = QPainterPath()
    path.addRoundedRect(box, _CORNER, _CORNER)
    corner = QPainterPath()
    square = QRectF(box.right() - _CORNER, box.bottom() - _CORNER, _CORNER, _CORNER)
    corner.addRoundedRect(square, _TAIL, _TAIL)
    return path.united(corner)


def _paint_spoken(painter: QPainter, look: Look, head: QRectF, message: MessageRecord) -> None:
    painter.setBrush(look.colour("dim"))
    x = head.left()
    for height in wave_heights(message.id, bars_for(message.speech_ms)):
        painter.drawRoundedRect(QRectF(x, head.center().y() - height / 2, 2, height), 1, 1)
        x += 4
    painter.setPen(look.colour("faint"))
    painter.setFont(look.font(size.CAPTION))
    words = QRectF(x + 6, head.top(), head.right() - x, head.height())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, spoken_mark(message.speech_ms))


def bars_for(speech_ms: int) -> int:
    """How many bars the mark has: more for longer speech, 4 to 8."""
    return min(_BARS, 4 + speech_ms // 1500)


def wave_heights(message_id: str, count: int) -> tuple[int, ...]:
    """A small mark that always looks the same for a message; px, 4 to 14."""
    seed = sum(ord(letter) * place for place, letter in enumerate(message_id, 1))
    return tuple(4 + (seed * (bar * bar + 3) // 7) % 11 for bar in range(1, count + 1))
