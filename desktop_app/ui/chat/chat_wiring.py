"""The conversation on screen: what is shown of it, and what is sent."""

from __future__ import annotations

import time
import uuid
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import OpenThread, RetryMessage, SendText, StopReply
from desktop_app.link.replies import FetchPictures
from desktop_app.link.thread_messages import WishNextTurn
from desktop_app.protocol.commands import PLAIN, Answerer, TurnWishes
from desktop_app.state import changes
from desktop_app.state.app_state import Conversation
from desktop_app.ui.chat.message_footer import is_lacking_pictures
from desktop_app.ui.chat.message_steps import MessageSteps
from desktop_app.ui.chat.next_turn import NextTurn
from desktop_app.ui.chat.picture_loading import PictureLoading
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.wires import Wires

_SAFE_LINKS = ("http", "https", "mailto")


class ChatWiring:
    """Between the chat, the composer, the store and the engine. Main thread only."""

    def __init__(self, wires: Wires, threads: ThreadWiring) -> None:
        self._wires = wires
        self._window = wires.window
        self._store = wires.store
        self._send = wires.send
        self._pages = wires.pages
        self._run = wires.run
        self._threads = threads
        self.next_turn = NextTurn()
        self.next_turn.wanted.connect(self._on_wanted)
        self._store.next_turn_taken.connect(self.next_turn.used)
        self._store.engine_came.connect(self.next_turn.tell_again)
        self.steps = MessageSteps(wires, self)
        self._connect()

    def _connect(self) -> None:
        pane = self._window.pane
        pane.composer.stop_requested.connect(self._on_stop)
        assert pane.chat is not None  # the window is furnished as a whole, before this
        assert pane.invitation is not None
        pane.invitation.example_chosen.connect(self.send_text)
        pane.chat.retry_requested.connect(self.retry)
        pane.chat.older_wanted.connect(self._on_older_wanted)
        pane.chat.link_chosen.connect(self._on_link)
        pane.chat.step_requested.connect(self.steps.take)
        self.pictures = PictureLoading(self._wires, pane.chat)
        self._store.playing_changed.connect(pane.chat.show_playing)
        self._store.conversation_changed.connect(self._show_conversation)
        self._threads.message_wanted.connect(self._on_message_wanted)

    def _show_conversation(self, conversation: Conversation) -> None:
        pane, side = self._window.pane, self._window.side
        pane.show_conversation(conversation)
        if side is not None:
            side.show_messages(conversation.messages)
        pane.composer.show_replying(is_replying(conversation))
        if self._threads.wanted_message and pane.chat is not None:
            wanted = self._threads.wanted_message
            pane.chat.show_message(wanted)
            pane.chat.show_found(wanted, self._threads.wanted_words)
            if any(m.id == self._threads.wanted_message for m in conversation.messages):
                self._threads.wanted_message = ""

    def _on_message_wanted(self) -> None:
        self._show_conversation(self._store.state.conversation)

    def _on_older_wanted(self) -> None:
        conversation = self._store.state.conversation
        if conversation.messages:
            before = conversation.messages[0].id
            self._run(partial(self._pages.messages, conversation.thread_id, before), "messages")

    def send_text(self, text: str, wishes: TurnWishes = PLAIN) -> None:
        """Show a typed message at once and send it, with what it asks for besides its words."""
        thread_id = self._threads.opened()
        wishes = self.next_turn.take(thread_id, wishes)
        message = MessageRecord(
            id=str(uuid.uuid4()),
            thread_id=thread_id,
            role=Role.USER,
            text=text,
            created_at=time.time(),
            status=MessageStatus.QUEUED,
            wishes=wishes,
            is_spoken=bool(wishes.recording),
            speech_ms=wishes.recording_ms,
        )
        self._store.change(partial(changes.with_typed, message=message))
        if self._window.pane.chat is not None:
            self._window.pane.chat.jump_to_latest()
        self._send(OpenThread(thread_id))
        self._send(SendText(thread_id, message.id, text, wishes))

    def _on_wanted(self, thread_id: str, who: Answerer) -> None:
        """The engine has it for a turn that is spoken; one that is typed takes it along."""
        self._send(WishNextTurn(thread_id, who))

    def retry(self, message_id: str) -> None:
        """Deliver a message again; of a reply that is whole, fetch the pictures that it lacks."""
        messages = self._store.state.conversation.messages
        message = next((one for one in messages if one.id == message_id), None)
        if message is not None and is_lacking_pictures(message):
            self._send(FetchPictures(message_id))
            return
        self._send(RetryMessage(self._threads.opened(), message_id))

    def _on_stop(self) -> None:
        self._send(StopReply())

    def _on_link(self, address: str) -> None:
        url = QUrl(address)
        if url.scheme() in _SAFE_LINKS:
            QDesktopServices.openUrl(url)


def is_replying(conversation: Conversation) -> bool:
    """Whether an answer is being written."""
    newest = conversation.messages[-3:]
    return any(message.status is MessageStatus.STREAMING for message in newest)
