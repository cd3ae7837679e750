"""Plays a video: says which frame is due, and lets a person stop, go on and seek."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.protocol.motion_jpeg import MotionJpeg
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.seek_bar import SeekBar
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import in_order

_LEAST_MS = 15
_STEP_S = 1.0


class FilmBar(QWidget):
    """Hidden until there is a video that can be played.

    Args:
        now: Monotonic seconds.

    Signals:
        frame_wanted: Number of the frame that is due.
        played: It plays, or does not any more.
    """

    frame_wanted = Signal(int)
    played = Signal(bool)

    def __init__(
        self, look: Look, parent: QWidget, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._film: MotionJpeg | None = None
        self._began_at_s = 0.0  # when the first frame was due, as it plays
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_time)
        self.button = Button(look, self, icon="play", says=tr("Play"))
        self.seek = SeekBar(look, self)
        self._clock = Label(look, self, ink="dim", px=size.SMALL)
        self._clock.setFixedWidth(self._clock.fontMetrics().horizontalAdvance("00:00 / 00:00") + 2)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as time runs on every player
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.seek, 1)
        row.addWidget(self._clock)
        self.button.clicked.connect(self.toggle)
        self.seek.valueChanged.connect(self._on_sought)
        self._show_state()
        self.hide()

    @property
    def film(self) -> MotionJpeg | None:
        """What is played."""
        return self._film

    @property
    def is_playing(self) -> bool:
        """Whether frames come by themselves."""
        return self._timer.isActive()

    @property
    def is_within(self) -> bool:
        """Whether it stands between its beginning and its end, where somebody looks at it."""
        return 0 < self.frame < self.seek.maximum()

    @property
    def frame(self) -> int:
        """Number of the frame that is due."""
        return self.seek.value()

    def show_film(self, film: MotionJpeg | None) -> None:
        """Take a video in, at its beginning; None for none."""
        self.pause()
        self._film = film
        with QSignalBlocker(self.seek):
            self.seek.setRange(0, len(film.frames) - 1 if film is not None else 0)
            self.seek.setValue(0)
        if film is not None:
            second = max(1, round(_STEP_S / film.frame_s))
            self.seek.setSingleStep(max(1, second // 4))
            self.seek.setPageStep(second)
        self._show_clock()
        self.setVisible(film is not None)

    def toggle(self) -> None:
        """Play, or stop where it is."""
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """From where it is; from the beginning where it is at its end."""
        film = self._film
        if film is None or self.is_playing:
            return
        if self.frame == self.seek.maximum():
            self.seek.setValue(0)
        self._began_at_s = self._now() - self.frame * film.frame_s
        self._timer.start(max(_LEAST_MS, round(film.frame_s * 1000)))
        self._show_state()

    def pause(self) -> None:
        """Stop where it is. Idempotent."""
        if self.is_playing:
            self._timer.stop()
            self._show_state()

    def _on_time(self) -> None:
        film = self._film
        if film is None:
            return
        due = min(self.seek.maximum(), int((self._now() - self._began_at_s) / film.frame_s))
        with QSignalBlocker(self.seek):
            self.seek.setValue(due)
        self._show_clock()
        self.frame_wanted.emit(due)
        if due == self.seek.maximum():
            self.pause()

    def _on_sought(self, number: int) -> None:
        if self._film is not None:
            self._began_at_s = self._now() - number * self._film.frame_s
            self._show_clock()
            self.seek.setAccessibleDescription(self._clock.text)
            self.frame_wanted.emit(number)

    def _show_clock(self) -> None:
        film = self._film
        if film is None:
            return
        at_s = 0.0 if self.frame == 0 else (self.frame + 1) * film.frame_s
        whole = picture_words.length(film.duration_s)
        is_over = self.frame == self.seek.maximum()
        words = f"{whole if is_over else picture_words.moment(at_s)} / {whole}"
        if (said := in_order(words)) != self._clock.text:
            self._clock.show_text(said)

    def _show_state(self) -> None:
        self.button.show_icon("pause" if self.is_playing else "play")
        self.button.describe(tr("Pause") if self.is_playing else tr("Play"), "Space")
        self.seek.setAccessibleDescription(self._clock.text)
        self.played.emit(self.is_playing)
