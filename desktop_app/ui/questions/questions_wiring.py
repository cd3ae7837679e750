"""Between the page of typed questions and the thread in which they are asked."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.prose import tr
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.chat.plain_text import plain_text
from desktop_app.ui.questions.questions_page import QuestionsPage
from desktop_app.ui.questions.written_questions import QuestionError, turn_of
from desktop_app.ui.wires import Wires

QUESTIONS = "questions"
KEYS = "Ctrl+Shift+J"


class Sender(Protocol):
    """What sends messages."""

    def send_text(self, text: str, wishes: TurnWishes = ...) -> None: ...


class QuestionsWiring(QObject):
    """Opens the page, and sends what is asked there as a message. Main thread only.

    What is written and not asked stays while the window is open.
    """

    def __init__(self, wires: Wires, sender: Sender) -> None:
        super().__init__(wires.window)
        self._window = wires.window
        self._store = wires.store
        self._sender = sender
        self._page: QuestionsPage | None = None
        wires.window.pane.add_page(QUESTIONS, self._make_page)
        assert wires.window.pane.chat is not None  # the window is furnished as a whole, before
        wires.window.pane.chat.step_requested.connect(self._on_step)
        QShortcut(QKeySequence(KEYS), wires.window, self._toggle_page)

    def _make_page(self, parent: QWidget) -> QuestionsPage:
        page = self._page = QuestionsPage(self._window.look, parent)
        page.asked.connect(self._on_asked)
        page.closed.connect(self._close)
        return page

    def _toggle_page(self) -> None:
        pane = self._window.pane
        self._window.close_overlays()
        pane.show_page("" if pane.page == QUESTIONS else QUESTIONS)

    def _on_step(self, kind: str, message_id: str) -> None:
        """Ask about one message."""
        if kind != "questions":
            return
        messages = self._store.state.conversation.messages
        message = next((one for one in messages if one.id == message_id), None)
        self._window.pane.show_page(QUESTIONS)
        if message is not None and self._page is not None:
            self._page.about.show_text(plain_text(message.text))

    def _close(self) -> None:
        self._window.pane.show_page("")

    def _on_asked(self) -> None:
        page = self._page
        if page is None:
            return
        about = page.about.text
        try:
            text, wishes = turn_of(page.written, about)
        except QuestionError as fault:
            page.show_fault(fault.place, str(fault))
            return
        if not about.strip() and not self._store.state.conversation.messages:
            page.show_note(tr("Nothing was said here yet: write what the questions are about."))
            return
        page.clear()
        self._close()
        self._sender.send_text(text, wishes)
