"""The menu of the conversation: what can be done with a message, and with what is selected."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.prose import tr
from desktop_app.sentences import failure_sentence
from desktop_app.ui.chat.plain_text import plain_text


class Conversation(Protocol):
    """What the menu asks of the view."""

    def selected_text(self) -> str: ...
    def copy(self) -> None: ...
    def select_all(self) -> None: ...

    @property
    def step_requested(self) -> SignalInstance: ...


def message_menu(view: Conversation, message: MessageRecord | None) -> QMenu:
    """Build the menu for a place in the conversation; it goes when it is closed."""
    assert isinstance(view, QWidget)
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    copy = menu.addAction(tr("Copy"), view.copy)
    copy.setEnabled(bool(view.selected_text()))
    if message is not None and message.text:
        menu.addAction(tr("Copy as text"), partial(copy_message, message, as_markdown=False))
        menu.addAction(tr("Copy as Markdown"), partial(copy_message, message, as_markdown=True))
    if message is not None and message.error:
        menu.addAction(tr("Copy what went wrong"), partial(copy_failure, message))
    if message is not None:
        menu.addSeparator()
        for kind, words in _steps(message):
            menu.addAction(words, partial(view.step_requested.emit, kind, message.id))
    menu.addSeparator()
    menu.addAction(tr("Select all"), view.select_all)
    return menu


def _steps(message: MessageRecord) -> Iterator[tuple[str, str]]:
    if message.sound_id:
        yield "play", tr("Play")
    if message.utterance_id:
        yield "save", tr("Save the recording…")
        yield "discard", tr("Discard the recording for good")
    if message.role is Role.USER and message.text:
        yield "edit", tr("Edit and send again")
    yield "again", tr("Ask again")
    if message.text:
        yield "questions", tr("Questions about this…")
    if message.role is Role.ASSISTANT:
        yield "details", tr("Details of this turn")


def copy_message(message: MessageRecord, *, as_markdown: bool) -> None:
    """Put a whole message on the clipboard."""
    text = message.text if as_markdown else plain_text(message.text)
    QGuiApplication.clipboard().setText(text)


def copy_failure(message: MessageRecord) -> None:
    """Put on the clipboard why a message failed: the sentence, and its code for who is asked."""
    sentence = failure_sentence(message.error)
    code = "" if sentence == message.error else f" ({message.error})"
    QGuiApplication.clipboard().setText(f"{sentence}{code}")
