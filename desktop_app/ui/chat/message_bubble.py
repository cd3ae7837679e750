"""The soft ground of a user's message, and the measures of the mark of a spoken one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import within

PAD_X, PAD_Y = 16, 10
HEADER = 20  # the line that says how long was spoken
_CORNER, _TAIL = 14.0, 4.0
_BARS = 8


def paint_bubble(painter: QPainter, look: Look, box: QRectF) -> None:
    """Paint the ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("bubble"))
    painter.drawPath(_outline(box))


def _outline(box: QRectF) -> QPainterPath:
    """Round corners, the lower trailing one nearly square: this is what the user said."""
    path = QPainterPath()
    path.addRoundedRect(box, _CORNER, _CORNER)
    corner = QPainterPath()
    side = 2 * _CORNER  # its other corners lie inside, where the edge is straight
    square = QRectF(box.right() - side, box.bottom() - side, side, side)
    corner.addRoundedRect(within(square, box), _TAIL, _TAIL)
    return path.united(corner)


def bars_for(speech_ms: int) -> int:
    """How many bars the mark has: more for longer speech, 4 to 8."""
    return min(_BARS, 4 + speech_ms // 1500)


def wave_heights(message_id: str, count: int) -> tuple[int, ...]:
    """A small mark that always looks the same for a message; px, 4 to 14."""
    seed = sum(ord(letter) * place for place, letter in enumerate(message_id, 1))
    return tuple(4 + (seed * (bar * bar + 3) // 7) % 11 for bar in range(1, count + 1))
