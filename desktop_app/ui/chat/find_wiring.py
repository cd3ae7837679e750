"""Finding in the open thread: what the bar asks for, and where the view goes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.state.app_state import Conversation
from desktop_app.ui.chat.find_bar import FindBar
from desktop_app.ui.chat.shown_text import forget_shown, times_shown
from desktop_app.ui.journal_pages import Found
from desktop_app.ui.look import Look
from desktop_app.ui.wires import Wires


class FindWiring(QObject):
    """Between the bar, the journal and the view of messages. Main thread only.

    Attributes:
        bar: Shown while something is looked for.
    """

    def __init__(self, wires: Wires, look: Look) -> None:
        super().__init__(wires.window)
        self._wires = wires
        assert wires.window.pane.chat is not None  # the window is furnished before this
        self._chat = wires.window.pane.chat
        self._thread_id = ""
        self._message_count = 0
        self._found: tuple[Found, ...] = ()
        self._at = 0  # of all places, from 1
        self._before: QWidget | None = None  # had the keys before the bar
        self.bar = FindBar(look, self._chat)
        self.bar.text_changed.connect(self._on_text)
        self.bar.next_wanted.connect(self.show_next)
        self.bar.previous_wanted.connect(self.show_previous)
        self.bar.closed.connect(self._on_closed)
        wires.store.conversation_changed.connect(self._on_conversation)
        for keys, slot in (
            ("Ctrl+F", self.open),
            ("F3", self.show_next),
            ("Shift+F3", self.show_previous),
        ):
            QShortcut(QKeySequence(keys), wires.window, slot)

    def open(self) -> None:
        """Show the bar; a selection is looked for at once."""
        if self._chat.isHidden():
            return
        selected = self._chat.selected_text()
        if selected and "\n" not in selected:
            self.bar.field.setText(selected)
        self._remember(self._wires.store.state.conversation)
        if self.bar.isHidden():
            self._before = self._wires.window.focusWidget()
        self.bar.open_bar()
        self._on_text()

    def _remember(self, conversation: Conversation) -> None:
        self._thread_id = conversation.thread_id
        self._message_count = len(conversation.messages)

    def _on_conversation(self, conversation: Conversation) -> None:
        if self.bar.isHidden():
            return
        if conversation.thread_id != self._thread_id:
            self.bar.close_bar()
        elif len(conversation.messages) != self._message_count:
            self._remember(conversation)
            self._wires.run(partial(self._find, is_again=True), "find")

    def _on_text(self, _text: str = "") -> None:
        self._wires.run(self._find, "find")

    def _on_closed(self) -> None:
        self._found, self._at = (), 0
        forget_shown()
        self._chat.clear_selection()
        before, self._before = self._before, None
        (before or self._chat).setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- places -------------------------------------------------------------------------

    async def _find(self, *, is_again: bool = False) -> None:
        """Look for the text in the whole thread; the newest place is shown first."""
        text = self.bar.field.text().strip()
        self._found = await self._wires.pages.found_in(self._thread_id, text, times_shown)
        total = self._total
        if is_again:
            self._at = min(self._at, total)
            self.bar.show_count(self._at, total)
            return
        self._at = total
        await self._show()

    @property
    def _total(self) -> int:
        return sum(found.times for found in self._found)

    def show_next(self) -> None:
        """Show the place below the one that is shown, after the last one the first."""
        self._step(1)

    def show_previous(self) -> None:
        """Show the place above."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.bar.isHidden():
            self.open()
        elif self._total:
            self._at = (self._at - 1 + step) % self._total + 1
            self._wires.run(self._show, "find")

    async def _show(self) -> None:
        """Bring the place into view, with its message from the journal where it is not here."""
        self.bar.show_count(self._at, self._total)
        if not self._at:
            self._chat.clear_selection()
            return
        message_id, number = self._place()
        text = self.bar.field.text().strip()
        if not self._chat.show_found(message_id, text, number):
            await self._wires.pages.messages_from(self._thread_id, message_id)
            self._remember(self._wires.store.state.conversation)
            self._chat.show_found(message_id, text, number)
        self.bar.leave_free(self._chat.found_y)

    def _place(self) -> tuple[str, int]:
        """The message of the current place, and which of its places it is, from 0."""
        before = 0
        for found in self._found:
            if self._at <= before + found.times:
                return found.message_id, self._at - before - 1
            before += found.times
        raise IndexError(self._at)
