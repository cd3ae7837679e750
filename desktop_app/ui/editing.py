"""A question that was asked before and is being written anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from desktop_app.state.app_state import Conversation
    from desktop_app.ui.conversation_pane import ConversationPane


class Editing(QObject):
    """Which of what stands in the composer came back to be edited. Main thread only.

    It ends when it is sent or given up, and what was being written before is there again; or when
    another thread is opened, where it stays as a draft.

    Signals:
        given_up: It is not to be sent, not even once its files are there.
    """

    given_up = Signal()

    def __init__(self, pane: ConversationPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._before = ""  # what was being written
        self._files = frozenset[str]()
        self._thread_id = ""
        assert pane.edit_line is not None  # the window is furnished as a whole, before this
        self._line = pane.edit_line
        self._line.given_up.connect(self.give_up)

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
        self.given_up.emit()
        self._pane.composer.edit(self._before)
        for row in tuple(tray.rows):
            if row.shown.source in self._files:
                tray.remove_requested.emit(row.shown.id)
        return True

    def on_conversation(self, conversation: Conversation) -> None:
        """Another thread may be open now."""
        if conversation.thread_id != self._thread_id:
            self._end()

    def sent(self) -> None:
        """What stood in the composer has been sent, the edited question if there was one."""
        if self._line.is_on:
            self._end()
            self._pane.composer.set_text(self._before)

    def _end(self) -> None:
        self._line.is_on = False
        self._pane.show_edit_line()
