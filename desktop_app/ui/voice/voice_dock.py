"""Voice, while it is on: the ring, its word, what is being heard, mute and end."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.device_words import device_name
from desktop_app.prose import mark, tr, tr_in
from desktop_app.state.app_state import Levels, Voice
from desktop_app.state.captions import SILENT, Caption
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins
from desktop_app.ui.voice.caption_line import CaptionLine
from desktop_app.ui.voice.phase_ring import PhaseRing

HEIGHT = 68
_COUNTING = ("thinking", "reconnecting")
_REPLYING = ("thinking", "speaking", "paused")
_TALK_MODES = {
    "hold": mark("Hold Space to talk"),
    "toggle": mark("Press Space to begin, press again to send"),
    "tap_lock": mark("Hold Space, or tap it to lock"),
}


class VoiceDock(QWidget):
    """The dock above the composer.

    Attributes:
        talk_mode: How the talk key is used; see ``TalkKey``.

    Signals:
        mute_requested: Whether the microphone is to be muted.
        end_requested: The spoken conversation, or without one the reply, is to end.
        dial_requested: A lost line is to be tried at once.
        interrupt_requested: The reply is to end, the conversation goes on.
        talk_mode_chosen: What the talk key shall do: ``hold``, ``toggle`` or ``tap_lock``.
    """

    spoken_role = "Grouping"

    mute_requested = Signal(bool)
    end_requested = Signal()
    dial_requested = Signal()
    interrupt_requested = Signal()
    talk_mode_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._voice = Voice()
        self._caption = SILENT
        self._is_large = False
        self._menu: QMenu | None = None
        self.talk_mode = "hold"
        self._tool = ""
        self._since = QElapsedTimer()  # the phase, or the wait for the next try, began
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._show_words)
        self._ring = PhaseRing(look, self)
        self._word = Label(look, self, px=size.SMALL, weight=QFont.Weight.DemiBold)
        self._word.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._details = Label(look, self, px=size.CAPTION, ink="dim", beside=size.SMALL)
        self._partial = Label(look, self, px=size.TEXT)
        self.captions = CaptionLine(look, self)
        self._keys = Button(look, self, icon="keyboard", says=tr("What the talk key does"))
        self._keys.clicked.connect(self._on_keys)
        self._interrupt = Button(look, self, text=tr("Interrupt"), tone=Tone.OUTLINE)
        self._interrupt.describe(tr("Interrupt the reply"), "Esc")
        self._interrupt.clicked.connect(self.interrupt_requested)
        self._dial = Button(look, self, text=tr("Try now"), tone=Tone.OUTLINE)
        self._dial.clicked.connect(self.dial_requested)
        self._mute = Button(look, self, text=tr("Mute"), tone=Tone.OUTLINE)
        self._end = Button(look, self, text=tr_in("conversation", "End"), tone=Tone.OUTLINE)
        self._mute.clicked.connect(self._on_mute)
        self._end.clicked.connect(self.end_requested)
        self.setAccessibleName(tr("Voice"))
        self._lay_out()

    def _lay_out(self) -> None:
        status = QHBoxLayout()
        status.setSpacing(10)
        status.addWidget(self._word)
        status.addWidget(self._details, 1)
        words = self._words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addLayout(status)
        words.addWidget(self._partial)
        words.addWidget(self.captions)
        words.addStretch()
        self._controls = QWidget(self)
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch()
        for button in (self._keys, self._interrupt, self._dial, self._mute, self._end):
            row.addWidget(button)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(*mirrored_margins(10, 6, 12, 6))
        grid.setSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._ring, 0, 0)
        grid.addLayout(words, 0, 1)
        grid.addWidget(self._controls, 0, 2)

    def show_voice(self, voice: Voice, partial: str) -> None:
        """Show who holds the floor and the words heard so far."""
        before, self._voice = self._voice, voice
        if (voice.phase, voice.retry_in_s) != (before.phase, before.retry_in_s):
            self._since.start()
        if voice.phase in _COUNTING:
            self._second.start()
        else:
            self._second.stop()
        self._ring.show_phase(voice.phase, is_muted=voice.is_muted)
        self._mute.setVisible(voice.is_voice_on)
        self._show_end(voice)
        mute = tr("Unmute" if voice.is_muted else "Mute")
        self._mute.setText(mute)
        self._mute.describe(mute, "Ctrl+D")
        self._partial.show_text(wording.as_written(partial))
        self._interrupt.setVisible(voice.is_voice_on and voice.phase in _REPLYING)
        is_away = voice.is_voice_on and voice.phase == "reconnecting"
        self._dial.setVisible(is_away)
        self._keys.setVisible(not is_away)  # the word is longer than others and needs its room
        is_speaking = voice.phase in ("speaking", "paused")
        self._partial.setVisible(bool(partial) and not is_speaking)
        self._show_words()
        self.show_caption(self._caption)

    def show_tool(self, name: str) -> None:
        """Show which tool runs while a reply is awaited; empty when none does."""
        if name != self._tool:
            self._tool = name
            self._show_words()

    def show_caption(self, caption: Caption) -> None:
        """Show what the reply is saying, while it is spoken."""
        self._caption = caption
        is_speaking = self._voice.phase in ("speaking", "paused")
        self.captions.show_caption(caption)
        self.captions.setVisible(is_speaking and bool(caption.text))
        self.updateGeometry()

    def enlarge(self, is_large: bool) -> None:
        """The focus view: words that are read from across the room."""
        self._is_large = is_large
        self._ring.enlarge(is_large)
        self.captions.enlarge(is_large)
        self._partial.setFont(self._look.font(size.DISPLAY if is_large else size.TEXT))
        self._grid.removeWidget(self._controls)  # large words need the whole width
        self._grid.addWidget(self._controls, *((1, 1) if is_large else (0, 2)))
        above = 12 if is_large else 6
        self._words.setSpacing(4 if is_large else 0)
        self._grid.setContentsMargins(*mirrored_margins(10, above, 12, above))
        self.updateGeometry()

    @property
    def is_large(self) -> bool:
        """Whether the focus view is on."""
        return self._is_large

    def talk_menu(self) -> QMenu:
        """The choice of what the talk key does."""
        menu = self._menu = QMenu(self)
        for mode, words in _TALK_MODES.items():
            action = menu.addAction(tr(words))
            action.setData(mode)
            action.setCheckable(True)
            action.setChecked(mode == self.talk_mode)
        menu.triggered.connect(self._on_mode)
        return menu

    def _on_keys(self) -> None:
        self.talk_menu().popup(self._keys.mapToGlobal(self._keys.rect().topLeft()))

    def _on_mode(self, action: QAction) -> None:
        self.talk_mode_chosen.emit(str(action.data()))

    def _show_end(self, voice: Voice) -> None:
        """End an open conversation; with a held key there is only a reply to stop."""
        self._end.setVisible(voice.is_voice_on or voice.phase in _REPLYING)
        is_on = voice.is_voice_on
        self._end.setText(tr_in("conversation", "End") if is_on else tr("Stop"))
        says = tr("End the spoken conversation" if is_on else "Stop the reply")
        self._end.describe(says, "" if voice.is_voice_on else "Esc")

    def show_levels(self, levels: Levels) -> None:
        """Move the ring with what is heard."""
        is_reply = self._voice.phase == "speaking"
        self._ring.show_level(levels.loudspeaker if is_reply else levels.microphone)

    @property
    def words(self) -> str:
        """The line beside the ring."""
        return "  ·  ".join(filter(None, (self._word.text, self._details.text)))

    def _show_words(self) -> None:
        voice = self._voice
        since_s = self._since.elapsed() / 1000 if voice.phase in _COUNTING else 0
        word = wording.phase_word(
            voice.phase,
            is_muted=voice.is_muted,
            thinking_s=int(since_s),
            retry_in_s=max(0, round(voice.retry_in_s - since_s)),
        )
        step = self._next_step(voice)
        tool = self._tool if voice.phase == "thinking" else ""
        parts = filter(None, (tool or device_name(voice.device), *step[:1]))
        self._word.show_text(word, briefer=wording.brief_phase_words(voice.phase))
        said = "  ·  ".join(map(wording.apart, parts))
        self._details.show_text(
            said, briefer=(*filter(None, (tool, *step)), "")
        )  # nothing rather than half a word

    def _next_step(self, voice: Voice) -> tuple[str, ...]:
        """What one can do now, in words, and in fewer of them."""
        if voice.phase == "no_input":
            return (tr("switch it on, or choose another in the settings"), tr("switch it on"))
        if voice.is_muted:
            return ()  # who is not heard interrupts no reply by talking
        if voice.is_voice_on:
            is_replying = voice.phase in _REPLYING
            step = wording.duplex_words(voice.duplex, voice.duplex_reason, is_replying=is_replying)
            if voice.duplex == "full":
                return (step,)
            esc = wording.held_key_words("speaking", self.talk_mode)
            return (step, esc if is_replying else tr(wording.ONE_AT_A_TIME))
        return tuple(filter(None, (wording.held_key_words(voice.phase, self.talk_mode),)))

    def _on_mute(self) -> None:
        self.mute_requested.emit(not self._voice.is_muted)

    def sizeHint(self) -> QSize:  # noqa: N802
        self._grid.activate()  # what was hidden or enlarged just now counts
        wanted = self._grid.sizeHint().height()
        return QSize(size.COLUMN, max(HEIGHT, wanted, 220 if self._is_large else 0))

    @property
    def least_height(self) -> int:
        """px where there is no room to be large."""
        height = self.sizeHint().height()
        return min(height, self._look.scaled(HEIGHT)) if self._is_large else height

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
        painter.setPen(Qt.PenStyle.NoPen)
