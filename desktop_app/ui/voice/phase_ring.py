"""The ring that shows who holds the floor; its word always stands beside it."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.ui import wording
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look

_FRAME_MS = 40
_MOVING = frozenset({"connecting", "listening", "hearing", "thinking", "speaking", "reconnecting"})
_SPINNING = frozenset({"connecting", "thinking", "reconnecting"})
_RADIUS = 14.0
_SIDE, _LARGE_SIDE = 48, 112  # px at 1x; everything is drawn for the first


class PhaseRing(QWidget):
    """A ring: breathing, driven by loudness, turning, or still; all still with reduced motion."""

    spoken_role = "Indicator"

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._phase = "ready"
        self._is_muted = False
        self._level = 0.0
        self._shown_level = 0.0
        self._clock = QElapsedTimer()
        self._clock.start()
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self._on_frame)
        self.enlarge(False)

    def enlarge(self, is_large: bool) -> None:
        """The focus view: a ring that is seen from across the room."""
        usual = _LARGE_SIDE if is_large else _SIDE
        side = min(self._look.scaled(usual), usual * 3 // 2)  # beside it the words need the room
        self.setFixedSize(side, side)

    def show_phase(self, phase: str, *, is_muted: bool) -> None:
        """Show another phase."""
        self._phase, self._is_muted = phase, is_muted
        self.setAccessibleName(wording.phase_word(phase, is_muted=is_muted))
        self._run_or_rest()
        self.update()

    def show_level(self, level: float) -> None:
        """How loud it is, 0.0 to 1.0: the microphone's or the reply's."""
        self._level = min(1.0, max(0.0, level))
        if self._look.is_calm:
            self.update()

    @property
    def is_moving(self) -> bool:
        """Whether frames are being drawn."""
        return self._frames.isActive()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._run_or_rest()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._frames.stop()

    def _run_or_rest(self) -> None:
        moves = self._phase in _MOVING and not self._is_muted and not self._look.is_calm
        if moves and self.isVisible():
            self._frames.start()
        else:
            self._frames.stop()

    def _on_frame(self) -> None:
        # Quick to rise, slow to fall, as an ear hears it.
        pace = 0.6 if self._level > self._shown_level else 0.2
        self._shown_level += (self._level - self._shown_level) * pace
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / _SIDE, self.height() / _SIDE)
        centre = QPointF(_SIDE / 2, _SIDE / 2)
        ink, soft = self._inks()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(soft))
        halo = _RADIUS + 3 + self._swell()
        painter.drawEllipse(centre, halo, halo)
        painter.setBrush(self._look.colour("raised"))
        painter.drawEllipse(centre, _RADIUS, _RADIUS)
        pen = QPen(self._look.colour(ink), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(centre.x() - _RADIUS, centre.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        if self._phase in _SPINNING:
            painter.drawArc(box, self._turned(), 250 * 16)
        else:
            painter.drawEllipse(box)
        self._paint_sign(painter, box)

    def _inks(self) -> tuple[str, str]:
        if self._is_muted:
            return "edge", "hover"
        if self._phase in ("reconnecting", "no_input"):
            return "warn", "warn_soft"
        if self._phase in ("connecting", "ready"):
            return "edge", "hover"
        return "accent", "accent_soft"

    def _swell(self) -> float:
        if self._phase in ("hearing", "speaking"):
            level = self._level if self._look.is_calm else self._shown_level
            return 7 * level
        if self._phase == "listening" and self._frames.isActive():
            return 1.2 + 1.2 * math.sin(self._clock.elapsed() / 500)
        return 2.0

    def _turned(self) -> int:
        if not self._frames.isActive():
            return 90 * 16
        return -int(self._clock.elapsed() * 0.3) % 360 * 16

    def _paint_sign(self, painter: QPainter, box: QRectF) -> None:
        inner = box.adjusted(6, 6, -6, -6)
        if self._is_muted or self._phase == "no_input":
            ink = "dim" if self._is_muted else "warn"
            paint_icon(painter, "microphone-off", inner, self._look.colour(ink))
        elif self._phase in ("speaking", "paused"):
            paint_icon(painter, "voice", inner, self._look.colour("accent"))
        elif self._phase == "hearing":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent"))
            dot = 3 + 5 * (self._level if self._look.is_calm else self._shown_level)
            painter.drawEllipse(box.center(), dot, dot)
