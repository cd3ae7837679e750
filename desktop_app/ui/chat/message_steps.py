"""What people do with a message: hear it, keep it, ask again, edit it, copy it, look into it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import Phase
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.prose import tr
from desktop_app.protocol.commands import TurnWishes
from desktop_app.state import changes
from desktop_app.ui.chat.message_menu import copy_message
from desktop_app.ui.chat.plain_text import last_code
from desktop_app.ui.discarding import Discarding
from desktop_app.ui.editing import Editing
from desktop_app.ui.wires import Wires

_AGAIN, _COPY, _COPY_CODE = "Ctrl+R", "Ctrl+Shift+C", "Ctrl+Shift+B"


class Sender(Protocol):
    """What sends messages."""

    def send_text(self, text: str, wishes: TurnWishes = ...) -> None: ...
    def retry(self, message_id: str) -> None: ...


class MessageSteps(QObject):
    """Steps on messages of the open thread. Main thread only.

    Args:
        wires: The window's.
        sender: Sends and retries messages.

    Attributes:
        discarding: Recordings that can still be taken back.
        editing: A question that is being edited.
    """

    def __init__(self, wires: Wires, sender: Sender) -> None:
        super().__init__(wires.window)
        self._window = wires.window
        self._store = wires.store
        self._send = wires.send
        self._sender = sender
        self.discarding = Discarding(wires, "recording.discarded", "recordings.discarded")
        self.editing = Editing(wires.window.pane)
        wires.store.conversation_changed.connect(self.editing.on_conversation)
        self._field = wires.window.pane.composer.field
        self._field.installEventFilter(self)
        for keys, step in (
            (_AGAIN, self.ask_last_again),
            (_COPY, self.copy_last),
            (_COPY_CODE, self.copy_last_code),
        ):
            QShortcut(QKeySequence(keys), wires.window, step)

    def take(self, kind: str, message_id: str) -> None:
        """Take one step with one message."""
        message = next((one for one in self._messages() if one.id == message_id), None)
        if message is None:
            return
        match kind:
            case "again":
                self.ask_again(message)
            case "edit":
                self.edit(message)
            case "play":
                self.play(message)
            case "save":
                self._choose_file(message)
            case "discard":
                self.discard(message)
            case "details":
                self._show_details(message_id)

    def _choose_file(self, message: MessageRecord) -> None:
        name = str(Path.home() / f"{tr('Recording')}.wav")
        dialog = QFileDialog(self._window, tr("Save the recording"), name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("wav")
        dialog.fileSelected.connect(partial(self.save, message))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, message: MessageRecord, path: str) -> None:
        """Write the recording of a message to this file."""
        if message.utterance_id:
            self._send(SaveUtterance(message.utterance_id, path))

    def discard(self, message: MessageRecord) -> None:
        """Let the recording of a message go, and the message too where nobody knows its words.

        It is out of sight at once, and on the disk until it cannot be taken back any more. One
        that is being sent is not hidden: the engine refuses that in words.
        """
        utterance_id = message.utterance_id
        gone = DiscardUtterance(utterance_id)
        if not utterance_id:
            return
        if self._is_being_sent(message):
            self._send(gone)
            return
        without = partial(changes.without_recording_of, message=message)
        back = partial(changes.with_recording_back, message=message)
        self._store.change(without)
        self.discarding.begin(
            utterance_id,
            discard=partial(self._send, gone),
            take_back=partial(self._store.change, back),
        )

    def _is_being_sent(self, message: MessageRecord) -> bool:
        """Its turn has come; in a queue, or without a line, it only waits for that."""
        voice = self._store.state.voice
        is_current = message.turn == voice.turn and voice.phase is Phase.THINKING
        return is_current and message.status is MessageStatus.QUEUED

    def _messages(self) -> tuple[MessageRecord, ...]:
        return self._store.state.conversation.messages

    def _question_of(self, message: MessageRecord) -> MessageRecord | None:
        if message.role is Role.USER:
            return message
        before = self._messages()[: self._messages().index(message)]
        return next((one for one in reversed(before) if one.role is Role.USER), None)

    def ask_again(self, message: MessageRecord) -> None:
        """Ask the question of a message again; one that never arrived is delivered."""
        question = self._question_of(message)
        if question is None:
            return
        if question.status in (MessageStatus.FAILED, MessageStatus.QUEUED):
            self._sender.retry(question.id)
        elif question.text:
            wishes = replace(question.wishes, recording="", words=None)  # they are its text
            self._sender.send_text(question.text, wishes)

    def ask_last_again(self) -> None:
        """Ask the newest question again."""
        if self._messages():
            self.ask_again(self._messages()[-1])

    def copy_last(self) -> None:
        """Put the newest reply on the clipboard, as Markdown."""
        replies = (m for m in reversed(self._messages()) if m.role is Role.ASSISTANT and m.text)
        reply = next(replies, None)
        if reply is not None:
            copy_message(reply, as_markdown=True)

    def copy_last_code(self) -> None:
        """Put the newest block of code on the clipboard, whichever reply it stands in."""
        replies = (m.text for m in reversed(self._messages()) if m.role is Role.ASSISTANT)
        code = next(filter(None, map(last_code, replies)), "")
        if code:
            QGuiApplication.clipboard().setText(code)

    def edit(self, message: MessageRecord) -> None:
        """Put a question back where messages are written, with its files; sending it asks anew."""
        self.editing.begin(message.thread_id, message.text, message.wishes.files)

    def play(self, message: MessageRecord) -> None:
        """Let the recording of a message be heard, or silence it."""
        playing = self._store.state.playing
        if playing is not None and playing.utterance_id == message.sound_id:
            self._send(StopUtterance())
        elif message.utterance_id:
            self._send(PlayUtterance(message.utterance_id))
        elif message.wishes.recording:
            self._send(PlayNote(message.id, message.wishes.recording))

    def _show_details(self, message_id: str) -> None:
        side = self._window.side
        if side is not None:
            if not side.isVisible():
                self._window.toggle_right()
            side.show_turn(message_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Up in the empty composer."""
        is_key = watched is self._field and event.type() == QEvent.Type.KeyPress
        if is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Up:
            is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if is_plain and not self._field.is_composing and not self._field.toPlainText():
                return self._edit_last()
        return False

    def _edit_last(self) -> bool:
        questions = (m for m in reversed(self._messages()) if m.role is Role.USER and m.text)
        question = next(questions, None)
        if question is not None:
            self.edit(question)
        return question is not None
