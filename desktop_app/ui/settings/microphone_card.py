"""A test of the microphone: its level while it listens, and what it heard, played back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.link.device_messages import MicrophoneTest, MicrophoneTestChanged
from desktop_app.prose import tr
from desktop_app.sentences import sentence_of
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import WrappedText


class LevelBar(QWidget):
    """How loud it is, 0.0 to 1.0."""

    spoken_role = "Indicator"

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._level = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_level(0.0)

    def show_level(self, level: float) -> None:
        """Move the bar."""
        self._level = max(0.0, min(1.0, level))
        words = tr("Level {percent} percent").format(percent=round(self._level * 10) * 10)
        if words != self.accessibleName():
            self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, 8)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        painter.setBrush(self._look.colour("hover"))
        painter.drawRoundedRect(box, 4, 4)
        width = box.width() * self._level
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            box.setLeft(box.right() - width)
        else:
            box.setWidth(width)
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(box, 4, 4)


class MicrophoneCard(QWidget):
    """Opens no microphone before it is asked to.

    Signals:
        listen_requested, play_requested, stop_requested: Of the test.
    """

    listen_requested = Signal()
    play_requested = Signal()
    stop_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = MicrophoneTest.OFF
        self._is_opening = False  # asked for, and not answered yet
        self.listen = Button(look, self, text=tr("Test the microphone"), tone=Tone.OUTLINE)
        self.play = Button(look, self, text=tr("Play it back"), tone=Tone.OUTLINE)
        self.level = LevelBar(look, self)
        self.words = WrappedText(look, self, "", size.SMALL, "dim")
        self.facts = WrappedText(look, self, "", size.SMALL, "dim")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.listen)
        line.addWidget(self.play)
        line.addWidget(self.level, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.words)
        column.addWidget(self.facts)
        self.listen.clicked.connect(self._on_listen)
        self.play.clicked.connect(self.play_requested)
        self.show_test(MicrophoneTestChanged(MicrophoneTest.OFF))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What Tab comes to."""
        return (self.listen, self.play)

    def show_test(self, test: MicrophoneTestChanged) -> None:
        """Show how the test stands."""
        self._state = test.state
        is_on = test.state is not MicrophoneTest.OFF
        self._is_opening = self._is_opening and not is_on and not test.code
        self.listen.setText(tr("Stop") if is_on else tr("Test the microphone"))
        self.listen.describe(self.listen.text())
        self.listen.updateGeometry()
        self.play.setEnabled(test.kept_ms > 0 and test.state is not MicrophoneTest.PLAYING)
        if test.code:
            self.words.show_text(sentence_of(test.code, {"device": test.device}), "warn")
        else:
            self.words.show_text(self._said(test), "dim")
        if test.state is not MicrophoneTest.LISTENING:
            self.level.show_level(0.0)

    def forget_asking(self) -> None:
        """Whoever was asked to listen will not answer. Idempotent."""
        if self._is_opening:
            self._is_opening = False
            self.show_test(MicrophoneTestChanged(MicrophoneTest.OFF))

    def _said(self, test: MicrophoneTestChanged) -> str:
        match test.state:
            case MicrophoneTest.LISTENING:
                return tr("Say something. The bar moves while you are heard.")
            case MicrophoneTest.PLAYING:
                return tr("This is what was heard.")
            case _ if self._is_opening:
                return tr("The microphone is being opened…")
            case _ if test.kept_ms:
                return tr("Heard. Play it back to hear how you sound.")
            case _:
                return tr("Nothing is recorded before you ask for it, and nothing is kept.")

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        self.forget_asking()  # who leaves ends the test
        super().hideEvent(event)

    def show_facts(self, facts: str) -> None:
        """Show how the devices that are used work."""
        self.facts.show_text(facts, "dim")
        self.facts.setVisible(bool(facts))

    def show_level(self, level: float) -> None:
        """Move the bar while it listens."""
        if self._state is MicrophoneTest.LISTENING:
            self.level.show_level(level)

    def _on_listen(self) -> None:
        is_on = self._state is not MicrophoneTest.OFF
        if is_on:
            self.stop_requested.emit()
            return
        self._is_opening = True
        self.words.show_text(self._said(MicrophoneTestChanged(MicrophoneTest.OFF)), "dim")
        self.listen_requested.emit()
