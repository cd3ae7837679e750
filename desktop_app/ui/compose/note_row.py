"""The voice note of the message being written: while it is recorded, and once it can be heard."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.prose import tr
from desktop_app.state.app_state import Playing
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.compose.attachments import Attachment, Stage, clock
from desktop_app.ui.compose.tray_row import TrayRow
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import within
from desktop_app.ui.wording import speech_length

_BAR, _GAP = 2, 2  # px at 1x, as is the next but one
_MOST_BARS = 120
_TALLEST = 18


class LevelWave(QWidget):
    """How loud the last seconds were: the newest at the trailing edge."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._levels: deque[float] = deque(maxlen=_MOST_BARS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, level: float) -> None:
        """Show one more, 0.0 to 1.0."""
        self._levels.append(level)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        scale = self._look.scaled
        return QSize(_MOST_BARS * scale(_BAR + _GAP), scale(_TALLEST) + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(40, self._look.scaled(_TALLEST) + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent"))
        box = QRectF(self.rect())
        scale = self._look.text_scale
        wide = _BAR * scale
        x = box.right() - wide
        for level in reversed(self._levels):
            if x < box.left():
                return
            height = max(2.0, level * _TALLEST) * scale
            bar = QRectF(x, box.center().y() - height / 2, wide, height)
            painter.drawRoundedRect(within(bar, box), scale, scale)
            x -= (_BAR + _GAP) * scale


class NoteRow(TrayRow):
    """One note: how long it is, and what can be done.

    Signals:
        finish_requested, play_requested: The note's id.
    """

    finish_requested = Signal(str)
    play_requested = Signal(str)

    def __init__(self, look: Look, parent: QWidget, shown: Attachment) -> None:
        super().__init__(look, parent, shown, tr("Discard the voice note"))
        self._wave = LevelWave(look, self)
        self.finish = Button(look, self, text=tr("Done"), tone=Tone.OUTLINE)
        self.finish.describe(tr("Finish the voice note"))
        self.finish.clicked.connect(self._on_finish)
        self.play = Button(look, self, icon="play", says=tr("Play the voice note"))
        self.play.clicked.connect(self._on_play)
        self.lay_out(self._wave, self._state, self.finish, self.play)
        self.show_attachment(shown)

    @property
    def _is_recording(self) -> bool:
        return self.shown.stage is Stage.RECORDING

    def show_attachment(self, shown: Attachment) -> None:
        """Show another state of the same note."""
        icon, ink = ("record", "danger") if shown.stage is Stage.RECORDING else ("voice", "dim")
        self.show_state(shown, icon, ink)
        self._state.show_text(shown.words)
        self._wave.setVisible(self._is_recording)
        self.finish.setVisible(self._is_recording)
        self.play.setVisible(shown.stage is Stage.READY)
        self.remove.describe(tr("Discard the voice note"), "Esc" if self._is_recording else "")
        policy = QSizePolicy.Policy
        self._state.setSizePolicy(
            policy.Maximum if self._is_recording else policy.Expanding, policy.Fixed
        )

    def show_recording(self, duration_ms: int, *, is_silent: bool) -> None:
        """Say how long it is by now, or that nothing is heard."""
        time = clock(duration_ms)
        silent = tr("The microphone gives no sound, {time}").format(time=time)
        self._state.show_text(silent if is_silent else time, "danger" if is_silent else "dim")

    def show_level(self, level: float) -> None:
        """Show how loud it is now."""
        if self._is_recording:
            self._wave.add(level)

    def show_playing(self, playing: Playing | None) -> None:
        """Show how far it has been heard; None when it is not."""
        self.play.show_icon("stop" if playing else "play")
        self.play.describe(tr("Stop" if playing else "Play the voice note"))
        if playing is None:
            self._state.show_text(self.shown.words)
        else:
            heard, whole = clock(playing.position_ms), speech_length(playing.duration_ms)
            self._state.show_text(f"{heard} / {whole}")

    def _on_finish(self) -> None:
        self.finish_requested.emit(self.shown.id)

    def _on_play(self) -> None:
        self.play_requested.emit(self.shown.id)
