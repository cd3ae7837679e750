"""Threads: which are listed and found, which one is open, and what was deleted."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.link.messages import (
    DeleteThread,
    Notice,
    NoticeLevel,
    OpenThread,
    RestoreThread,
)
from desktop_app.state import changes
from desktop_app.state.app_state import AppState
from desktop_app.ui import wording
from desktop_app.ui.threads.thread_rows import Row, ThreadRows, found_rows, thread_rows
from desktop_app.ui.wires import Wires

UNDO_MS = 10_000


class ThreadWiring(QObject):
    """Between the list of threads, the store and the engine. Main thread only.

    Signals:
        message_wanted: ``wanted_message`` of the open thread is to be shown.

    Attributes:
        wanted_message: Id of the message at which the thread is to be opened, or empty.
    """

    message_wanted = Signal()

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._store = wires.store
        self._send = wires.send
        self._pages = wires.pages
        self._run = wires.run
        self._rows = ThreadRows(wires.window)
        self._hits: tuple[SearchHit, ...] = ()
        self.wanted_message = ""
        self._deleted: ThreadRecord | None = None
        self._undo = QTimer(wires.window)
        self._undo.setSingleShot(True)
        self._undo.setInterval(UNDO_MS)
        self._undo.timeout.connect(self._on_undo_over)
        wires.window.threads.use_rows(self._rows)
        self._connect()

    def _connect(self) -> None:
        window = self._window
        window.new_requested.connect(self.new_thread)
        window.threads.thread_chosen.connect(self.open_thread)
        window.threads.delete_requested.connect(self._on_delete)
        window.threads.search_changed.connect(self._on_search)
        self._rows.more_wanted.connect(self._on_more_threads)
        self._store.threads_changed.connect(self._show_threads)
        self._store.engine_came.connect(self._on_engine_came)

    def start(self, *, opens_newest: bool = True) -> None:
        """Read the threads and open the newest."""
        self._run(partial(self._read_threads, opens_newest), "threads")

    async def _read_threads(self, opens_newest: bool) -> None:
        await self._pages.threads()
        state = self._store.state
        if opens_newest and not state.conversation.thread_id:
            if state.threads:
                self.open_thread(state.threads[0].id)
            else:
                self.new_thread()

    def _on_engine_came(self) -> None:
        """It may have settled in the journal what a crash had cut."""
        self._run(self._pages.again, "read again")

    def _on_more_threads(self) -> None:
        self._run(partial(self._read_threads, False), "threads")

    # ---- what is shown ----------------------------------------------------------------------

    def _show_threads(self, state: AppState) -> None:
        text = self._window.threads.search.text().strip()
        now = datetime.now()
        rows: tuple[Row, ...]
        if text:
            rows = found_rows(text, state.threads, self._hits, now)
        else:
            rows = thread_rows(state.threads, now)
        if state.are_threads_loaded:
            self._window.threads.show_rows(
                rows,
                has_more=state.has_more_threads and not text,
                open_thread=state.conversation.thread_id,
            )
        title = self._title_of(state.conversation.thread_id)
        self._window.pane.header.show_title(wording.as_written(title) or wording.UNTITLED)

    def _title_of(self, thread_id: str) -> str:
        threads = self._store.state.threads
        return next((thread.title for thread in threads if thread.id == thread_id), "")

    # ---- opening ----------------------------------------------------------------------------

    def open_thread(self, thread_id: str, message_id: str = "") -> None:
        """Open a thread, at its end or at one message."""
        self.wanted_message = message_id
        self._window.pane.show_page("")
        self._window.close_overlays()
        if self._store.state.conversation.thread_id != thread_id:
            self._store.change(partial(changes.with_opened, thread_id=thread_id))
            self._send(OpenThread(thread_id))
            self._run(partial(self._pages.messages, thread_id), "messages")
        elif message_id:
            self.message_wanted.emit()

    def new_thread(self) -> None:
        """Open an empty thread; the engine creates its row with the first message.

        The engine is told at once: the microphone belongs to the thread on screen alone.
        """
        thread_id = str(uuid.uuid4())
        self._window.pane.show_page("")
        self._store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))
        self._send(OpenThread(thread_id))
        self._window.close_overlays()
        self._window.pane.composer.setFocus()

    def opened(self) -> str:
        """The open thread; a new one where there is none."""
        if not self._store.state.conversation.thread_id:
            self.new_thread()
        return self._store.state.conversation.thread_id

    # ---- finding, deleting ------------------------------------------------------------------

    def _on_search(self, text: str) -> None:
        self._run(partial(self._search, text), "search")

    async def _search(self, text: str) -> None:
        self._hits = await self._pages.search(text)
        self._show_threads(self._store.state)

    def _on_delete(self, thread_id: str) -> None:
        title = self._title_of(thread_id) or wording.UNTITLED
        was_open = self._store.state.conversation.thread_id == thread_id
        self._deleted = next((t for t in self._store.state.threads if t.id == thread_id), None)
        self._send(DeleteThread(thread_id))
        self._store.change(partial(changes.without_thread, thread_id=thread_id))
        notice = Notice(NoticeLevel.INFO, "thread.deleted", {"title": title}, "undo", thread_id)
        self._wires.notify(notice)
        self._undo.start()
        if was_open:
            threads = self._store.state.threads
            if threads:
                self.open_thread(threads[0].id)
            else:
                self.new_thread()

    def restore(self, thread_id: str) -> None:
        """Undo a deletion."""
        self._undo.stop()
        self._send(RestoreThread(thread_id))
        if self._deleted is not None and self._deleted.id == thread_id:
            self._store.change(partial(changes.with_thread, thread=self._deleted))
            self.open_thread(thread_id)

    def _on_undo_over(self) -> None:
        self._wires.dismiss("thread.deleted")
