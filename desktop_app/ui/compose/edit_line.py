"""A question that was asked before and is being written anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins

if TYPE_CHECKING:
    from desktop_app.state.app_state import Conversation
    from desktop_app.ui.conversation_pane import ConversationPane

_EDGE = 12
_ICON = 18


class EditLine(QWidget):
    """Says above the composer that sending asks anew, and how to have what stood there before.

    Signals:
        given_up: It is not to be edited after all.

    Attributes:
        is_on: A question is being edited; a page may hide the line meanwhile.
    """

    given_up = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.is_on = False
        words = tr("You are editing a question. Sending it asks anew.")
        briefer = (tr("Sending asks anew"),)
        self._words = Label(look, self, px=size.CAPTION, ink="dim")
        self._words.show_text(words, briefer=briefer)
        close = Button(look, self, icon="close", says=tr("Give up the edit"))
        close.describe(tr("Give up the edit"), "Esc")
        close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(*mirrored_margins(_EDGE + look.scaled(_ICON) + 8, 2, 8, 2))
        row.addWidget(self._words, 1)
        row.addWidget(close)
        self.setAccessibleName(words)
        self.hide()

    def _on_close(self) -> None:
        self.given_up.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
        wide = self._look.scaled(_ICON)
        at = _EDGE if self.isLeftToRight() else self.width() - _EDGE - wide
        box = QRectF(at, (self.height() - wide) / 2, wide, wide)
        paint_icon(painter, "edit", box, self._look.colour("dim"))


class Editing(QObject):
    """Which of what stands in the composer came back to be edited. Main thread only.

    It ends when it is sent or given up, and what was being written before is there again; or when
    another thread is opened, where it stays as a draft.
    """

    def __init__(self, pane: ConversationPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._before = ""  # what was being written
        self._files = frozenset[str]()
        self._thread_id = ""
        assert pane.edit_line is not None  # the window is furnished as a whole, before this
        self._line = pane.edit_line
        self._line.given_up.connect(self.give_up)
        pane.composer.send_requested.connect(self._on_sent)

    def begin(self, thread_id: str, text: str, files: Sequence[str]) -> None:
        """Put a question where messages are written, with those of its files that are not there."""
        self.give_up()
        composer, tray = self._pane.composer, self._pane.tray
        assert tray is not None
        self._before, self._thread_id = composer.text, thread_id
        composer.edit(text)
        attached = {row.shown.source for row in tray.rows}
        missing = [path for path in files if path not in attached]
        self._files = frozenset(missing)
        if missing:
            composer.files_pasted.emit(missing)
        self._line.is_on = True
        self._pane.show_edit_line()

    def give_up(self) -> bool:
        """Put back what was written before, and take the files away; whether it was on."""
        tray = self._pane.tray
        if not self._line.is_on or tray is None:
            return False
        self._end()
        self._pane.composer.edit(self._before)
        for row in tuple(tray.rows):
            if row.shown.source in self._files:
                tray.remove_requested.emit(row.shown.id)
        return True

    def on_conversation(self, conversation: Conversation) -> None:
        """Another thread may be open now."""
        if conversation.thread_id != self._thread_id:
            self._end()

    def _on_sent(self) -> None:
        if self._line.is_on:
            self._end()
            self._pane.composer.set_text(self._before)

    def _end(self) -> None:
        self._line.is_on = False
        self._pane.show_edit_line()
