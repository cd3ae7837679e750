"""Keeps what is written on disk until it is safe elsewhere, and brings it back at the start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from desktop_app.errors import AppError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import SendText
from desktop_app.state import changes
from desktop_app.state.app_state import Conversation
from desktop_app.ui.compose.attachment_shelf import AttachmentShelf
from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.compose.unsent import Unsent, read, write
from desktop_app.ui.store import AppStore

logger = logging.getLogger(__name__)

WRITE_AFTER_MS = 250
"""From a change to its way to the disk; changes meanwhile go along."""


class Reader(Protocol):
    """What is asked of the journal. Called on a worker thread."""

    def messages(self, thread_id: str) -> Sequence[MessageRecord]: ...


class UnsentKeeper(QObject):
    """Drafts of all threads, and the messages under way. Main thread only.

    Args:
        under_way: The messages that the engine has not yet acknowledged.
        shelf: The files that wait with the drafts.

    Attributes:
        newest: The thread that was made last, or empty.
    """

    def __init__(
        self,
        composer: Composer,
        store: AppStore,
        path: Path,
        under_way: Callable[[], tuple[SendText, ...]],
        shelf: AttachmentShelf,
    ) -> None:
        super().__init__(composer)
        self._composer = composer
        self._store = store
        self._path = path
        self._under_way = under_way
        self._shelf = shelf
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="unsent")
        self._drafts: dict[str, str] = {}
        self._thread_id = ""
        self.newest: Callable[[], str] = str
        self._given: Unsent | None = None
        self._is_closed = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(WRITE_AFTER_MS)
        self._soon.timeout.connect(self._on_soon)
        composer.field.textChanged.connect(self.changed)
        shelf.changed.connect(self.changed)
        store.conversation_changed.connect(self._on_conversation)

    @property
    def unsent(self) -> Unsent:
        """Everything that would be lost with this process."""
        drafts = self._drafts
        if self._composer.text.strip():
            drafts = {**drafts, self._thread_id: self._composer.text}
        under_way, files = self._under_way(), self._shelf.all
        return Unsent(self._thread_id, drafts, under_way, files, self.newest())

    def holds(self, thread_id: str) -> bool:
        """Whether something is written or attached for a thread, and nothing under way in it."""
        unsent = self.unsent
        if any(message.thread_id == thread_id for message in unsent.messages):
            return False
        return thread_id in unsent.drafts or thread_id in unsent.files

    def changed(self) -> None:
        """Something was written, sent or acknowledged: the file follows."""
        if not self._is_closed and not self._soon.isActive():
            self._soon.start()

    def restore(self, left: Unsent) -> None:
        """Take over the drafts of an earlier window, before a thread is opened."""
        self._drafts = dict(left.drafts)
        self._shelf.restore(left.files)

    def forget(self, thread_ids: Iterable[str]) -> None:
        """These threads are deleted: what was to be said in them goes too."""
        gone = frozenset(thread_ids) - {self._thread_id}  # who writes in it has it back
        self._drafts = {name: text for name, text in self._drafts.items() if name not in gone}
        for thread_id in gone:
            self._shelf.drop(thread_id)
        self.changed()

    def show_under_way(self) -> None:
        """Show the messages of the open thread that only this window knows."""
        for number, message in enumerate(self._under_way()):
            if message.thread_id != self._thread_id:
                continue
            known = {shown.id for shown in self._store.state.conversation.messages}
            if message.message_id not in known:
                self._store.change(partial(changes.with_typed, message=_queued(message, number)))

    def close(self) -> None:
        """Write down what is there now and wait until it is: the window ends."""
        self._is_closed = True
        self._soon.stop()
        self._worker.submit(self._store_safely, self.unsent)
        self._worker.shutdown()

    def _on_conversation(self, conversation: Conversation) -> None:
        if conversation.thread_id == self._thread_id:
            return
        written = self._composer.text
        left, self._thread_id = self._thread_id, conversation.thread_id
        if left and written.strip():
            self._drafts[left] = written
        draft = self._drafts.pop(self._thread_id, "")
        if not left:  # what was typed before any thread was open belongs to the first
            draft = f"{self._drafts.pop('', '')}{draft}{written}"
        if draft != written:
            self._composer.set_text(draft)
        self.changed()

    def _on_soon(self) -> None:
        unsent = self.unsent
        if unsent != self._given:
            self._given = unsent
            self._worker.submit(self._store_safely, unsent)

    def _store_safely(self, unsent: Unsent) -> None:
        try:
            write(self._path, unsent)
        except OSError as error:
            logger.warning("drafts are not on disk: %s", error)


def read_unsent(path: Path, reader: Reader) -> Unsent:
    """What is left of an earlier window and not in the journal either. Blocks."""
    left = read(path)
    missing = tuple(message for message in left.messages if not _is_known(message, reader))
    return replace(left, messages=missing)


def _is_known(message: SendText, reader: Reader) -> bool:
    try:
        return any(known.id == message.message_id for known in reader.messages(message.thread_id))
    except AppError:
        return False  # sent again by its id, which never makes it two


def _queued(message: SendText, number: int) -> MessageRecord:
    return MessageRecord(
        id=message.message_id,
        thread_id=message.thread_id,
        role=Role.USER,
        text=message.text,
        created_at=time.time() + number / 1000,
        status=MessageStatus.QUEUED,
        wishes=message.wishes,
        is_spoken=bool(message.wishes.recording),
        speech_ms=message.wishes.recording_ms,
    )
