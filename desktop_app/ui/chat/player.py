"""The mark of a spoken message: its length, and what plays it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.journal.records import MessageRecord
from desktop_app.prose import tr
from desktop_app.state.app_state import Playing
from desktop_app.ui import look as size
from desktop_app.ui.chat.message_bubble import bars_for, wave_heights
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, within
from desktop_app.ui.wording import speech_length, spoken_mark

_SIGN = 14  # px from the sign to the wave; this and all others grow with the letters


@dataclass(frozen=True, slots=True)
class Player:
    """A spoken message and, while it is heard, how far."""

    message: MessageRecord
    playing: Playing | None

    @property
    def words(self) -> str:
        """What stands beside the wave."""
        if self.playing is None:
            return spoken_mark(self.message.speech_ms)
        return f"{_clock(self.playing.position_ms)} / {speech_length(self.playing.duration_ms)}"

    @property
    def says(self) -> str:
        """What it does, for people who cannot see it."""
        if self.playing is not None:
            return tr("Stop, {words}").format(words=self.words)
        return tr("Play, {words}").format(words=self.words)

    def paint(self, painter: QPainter, look: Look, box: QRectF) -> None:
        """Paint the sign, the wave and the words from the leading edge on."""
        x, scale = box.left(), look.text_scale
        painter.setPen(Qt.PenStyle.NoPen)
        if self.message.sound_id:
            sign = within(QRectF(x, box.top(), 8 * scale, box.height()), box)
            path = self._sign(QPointF(sign.left(), box.center().y()), scale)
            painter.fillPath(path, look.colour("accent"))
            x += _SIGN * scale
        heights = wave_heights(self.message.id, bars_for(self.message.speech_ms))
        share = 0.0
        if self.playing is not None and self.playing.duration_ms:
            share = self.playing.position_ms / self.playing.duration_ms
        for number, height in enumerate(heights):
            is_heard = number < share * len(heights)
            painter.setBrush(look.colour("accent" if is_heard else "dim"))
            high = height * scale
            bar = QRectF(x, box.center().y() - high / 2, 2 * scale, high)
            painter.drawRoundedRect(within(bar, box), scale, scale)
            x += 4 * scale
        painter.setPen(look.colour("faint"))
        painter.setFont(look.font(size.CAPTION))
        room = QRectF(x + 6 * scale, box.top(), max(0.0, box.right() - x) + 60, box.height())
        painter.drawText(within(room, box), leading(), self.words)

    def _sign(self, left: QPointF, scale: float) -> QPainterPath:
        path = QPainterPath()
        if self.playing is not None:
            side = 8 * scale
            path.addRoundedRect(QRectF(left.x(), left.y() - side / 2, side, side), 1, 1)
            return path
        path.moveTo(left + QPointF(0, -5) * scale)
        path.lineTo(left + QPointF(8, 0) * scale)
        path.lineTo(left + QPointF(0, 5) * scale)
        path.closeSubpath()
        return path


def _clock(milliseconds: int) -> str:
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02d}"
