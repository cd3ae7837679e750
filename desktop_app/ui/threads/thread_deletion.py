"""Deleting threads, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.journal.records import ThreadRecord
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.link.thread_messages import DeleteThread, RestoreThread
from desktop_app.state import changes
from desktop_app.ui.threads.thread_words import shown_title
from desktop_app.ui.wires import Wires

UNDO_MS = 10_000
_CODES = (
    "thread.deleted",
    "thread.deleted_for_all",
    "threads.deleted",
    "threads.deleted_for_all",
)


class Opener(Protocol):
    """Who opens threads, and knows them."""

    def record_of(self, thread_id: str) -> ThreadRecord | None: ...

    def open_thread(self, thread_id: str, message_id: str = "") -> None: ...

    def new_thread(self) -> None: ...


class ThreadDeletion(QObject):
    """One undo for everything that was deleted while it was offered. Main thread only.

    Signals:
        settled: Ids of threads whose deletion is not taken back any more.
    """

    settled = Signal(object)

    def __init__(self, wires: Wires, opener: Opener) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._opener = opener
        self._deleted: tuple[ThreadRecord, ...] = ()
        self._ids: tuple[str, ...] = ()
        self._was_open = ""
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(UNDO_MS)
        self._time.timeout.connect(self.settle)

    def delete(self, thread_ids: Sequence[str]) -> None:
        """Take threads away; for a while they can all be brought back at once."""
        store = self._wires.store
        before = store.state
        opened = before.conversation.thread_id
        known = tuple(map(self._opener.record_of, thread_ids))
        self._deleted += tuple(one for one in known if one is not None)
        self._ids += tuple(one for one in thread_ids if one not in self._ids)
        next_thread = _after(before.threads, thread_ids, opened)
        for thread_id in thread_ids:
            self._wires.send(DeleteThread(thread_id))
        store.change(partial(changes.without_threads, thread_ids=frozenset(thread_ids)))
        self._offer_undo()
        if opened in thread_ids:
            self._was_open = opened
            if next_thread:
                self._opener.open_thread(next_thread)
            else:
                self._opener.new_thread()

    def _offer_undo(self) -> None:
        """Say what becomes of them: the service keeps nothing, whoever began it there."""
        is_found = any(one.is_found for one in self._deleted)
        if len(self._ids) == 1:
            code = "thread.deleted_for_all" if is_found else "thread.deleted"
            facts = {"title": shown_title(self._deleted[0].title if self._deleted else "")}
        else:
            code = "threads.deleted_for_all" if is_found else "threads.deleted"
            facts = {"number": str(len(self._ids))}
        for other in _CODES:
            if other != code:
                self._wires.dismiss(other)
        self._wires.notify(Notice(NoticeLevel.INFO, code, facts, "undo"))
        self._time.start()

    def undo(self) -> None:
        """Bring back what was deleted, and open again what was open."""
        ids, deleted, was_open = self._ids, self._deleted, self._was_open
        self._forget()
        for thread_id in ids:
            self._wires.send(RestoreThread(thread_id))
        self._wires.store.change(partial(changes.with_threads_back, threads=deleted))
        if was_open:
            self._opener.open_thread(was_open)

    def settle(self) -> None:
        """What was deleted stays deleted."""
        ids = self._ids
        self._forget()
        if ids:
            self.settled.emit(ids)

    def _forget(self) -> None:
        self._time.stop()
        self._ids, self._deleted, self._was_open = (), (), ""
        for code in _CODES:
            self._wires.dismiss(code)


def _after(threads: Sequence[ThreadRecord], leaving: Sequence[str], opened: str) -> str:
    """The thread that takes the place of the open one: the next below, else above."""
    ids = [one.id for one in threads]
    at = ids.index(opened) if opened in ids else 0
    near = (*ids[at:], *reversed(ids[:at]))
    return next((one for one in near if one not in leaving), "")
