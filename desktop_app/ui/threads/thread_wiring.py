"""Threads: which are listed and found, which one is open, and what was deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.journal.search_query import read_wish
from desktop_app.link.messages import OpenThread
from desktop_app.link.thread_messages import MarkThread, PinThread, RenameThread
from desktop_app.state import changes
from desktop_app.state.app_state import AppState
from desktop_app.ui.threads.listed_threads import ListedThreads
from desktop_app.ui.threads.thread_deletion import ThreadDeletion
from desktop_app.ui.threads.thread_export import ThreadExport
from desktop_app.ui.threads.thread_menu import ThreadSteps, thread_menu
from desktop_app.ui.threads.thread_rows import ThreadRows
from desktop_app.ui.threads.thread_words import shown_title
from desktop_app.ui.wires import Wires


@dataclass(slots=True)
class _Search:
    """What was found; None while it is still looked for."""

    threads: tuple[ThreadRecord, ...] | None = None
    hits: tuple[SearchHit, ...] | None = None


class ThreadWiring(QObject):
    """Between the list of threads, the store and the engine. Main thread only.

    Signals:
        message_wanted: ``wanted_message`` of the open thread is to be shown.

    Attributes:
        wanted_message: Id of the message at which the thread is to be opened, or empty.
        newest: Id of the thread that was made last, or empty; nothing may be said in it yet.
        holds_draft: Whether something is written for a thread with this id and not sent.
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
        self._listed = ListedThreads()
        self._found: tuple[ThreadRecord, ...] = ()
        self._hits: tuple[SearchHit, ...] = ()
        self.wanted_message = ""
        self.newest = ""
        self.holds_draft: Callable[[str], bool] = lambda _thread_id: False
        self.deletion = ThreadDeletion(wires, self)
        self.files = ThreadExport(wires)
        self._steps = ThreadSteps(
            wires.window.threads.rename_chosen,
            self.pin,
            self.mark,
            self.files.export,
            self.deletion.delete,
        )
        wires.window.threads.use_rows(self._rows)
        self._connect()

    def _connect(self) -> None:
        window = self._window
        window.new_requested.connect(self.new_thread)
        window.threads.thread_chosen.connect(self._on_chosen)
        window.threads.delete_requested.connect(self.deletion.delete)
        window.threads.list.menu_wanted.connect(self._show_menu)
        self._rows.renamed.connect(self._on_renamed)
        for keys, step in (
            ("Ctrl+Tab", self._open_next),
            ("Ctrl+Shift+Tab", self._open_previous),
            ("F2", self._rename_open),
        ):
            QShortcut(QKeySequence(keys), window, step)
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
        if text:
            gone = state.gone
            found = tuple(one for one in self._found if one.id not in gone)
            hits = tuple(hit for hit in self._hits if hit.thread_id not in gone)
            rows = self._listed.found(found, hits, now)
        else:
            rows = self._listed.by_day(state.threads, now)
        if state.are_threads_loaded:
            self._window.threads.show_rows(
                rows,
                has_more=state.has_more_threads and not text,
                open_thread=state.conversation.thread_id,
            )
        opened = state.thread(state.conversation.thread_id)
        self._window.pane.header.show_title(shown_title(opened.title if opened else ""))

    def record_of(self, thread_id: str) -> ThreadRecord | None:
        """What is known of a thread that is listed, open or found."""
        found = (one for one in self._found if one.id == thread_id)
        return self._store.state.thread(thread_id) or next(found, None)

    # ---- opening ----------------------------------------------------------------------------

    def _on_chosen(self, thread_id: str, message_id: str) -> None:
        """A person opened it: what they type or say next is for this thread."""
        self.open_thread(thread_id, message_id)
        self._window.pane.composer.setFocus()

    def open_thread(self, thread_id: str, message_id: str = "") -> None:
        """Open a thread, at its end or at one message."""
        self.wanted_message = message_id
        self._window.pane.show_page("")
        self._window.close_overlays()
        if self._store.state.conversation.thread_id != thread_id:
            self._store.change(partial(changes.with_opened, thread_id=thread_id))
            self._send(OpenThread(thread_id))
            self._run(partial(self._read_messages, thread_id, message_id), "messages")
        elif message_id:
            self.message_wanted.emit()
            if self.wanted_message:  # it is older than what is here
                self._run(partial(self._read_messages, thread_id, message_id), "messages")

    async def _read_messages(self, thread_id: str, message_id: str) -> None:
        if self._store.state.thread(thread_id) is None:
            thread = self.record_of(thread_id) or await self._pages.thread(thread_id)
            if thread is not None:
                self._store.change(partial(changes.with_aside, thread=thread))
        if message_id:
            await self._pages.messages_from(thread_id, message_id)
        else:
            await self._pages.messages(thread_id)

    def new_thread(self) -> None:
        """Open an empty thread; the engine creates its row with the first message.

        The one before stays the new one while nothing but a draft is in it: who comes back finds
        what they wrote. The engine is told at once: the microphone belongs to the thread on screen
        alone.
        """
        if not self._is_draft_alone(self.newest):
            self.newest = str(uuid.uuid4())
        self._window.pane.show_page("")
        if self._store.state.conversation.thread_id != self.newest:
            self._store.change(partial(changes.with_opened, thread_id=self.newest, is_new=True))
            self._send(OpenThread(self.newest))
        self._window.close_overlays()
        self._window.pane.composer.setFocus()

    def _is_draft_alone(self, thread_id: str) -> bool:
        state = self._store.state
        said = state.conversation.thread_id == thread_id and state.conversation.messages
        is_begun = said or state.thread(thread_id) is not None or thread_id in state.removed
        is_known = bool(thread_id) and state.are_threads_loaded
        return is_known and not is_begun and self.holds_draft(thread_id)

    def opened(self) -> str:
        """The open thread; a new one where there is none."""
        if not self._store.state.conversation.thread_id:
            self.new_thread()
        return self._store.state.conversation.thread_id

    def _open_next(self) -> None:
        self._open_neighbour(1)

    def _open_previous(self) -> None:
        self._open_neighbour(-1)

    def _open_neighbour(self, step: int) -> None:
        """Open the thread below or above the open one, from an end the other end."""
        found = self._rows.neighbour(self._store.state.conversation.thread_id, step)
        if found:
            self.open_thread(found)

    # ---- changing ---------------------------------------------------------------------------

    def _show_menu(self, place: QPoint) -> None:
        chosen = self._window.threads.chosen()
        if chosen:
            thread_menu(self._window.threads, chosen, self._steps).popup(place)

    def _rename_open(self) -> None:
        """Let its title be changed in the list, wherever the keyboard is.

        In the list it is the chosen thread's, as the menu has it.
        """
        window, opened = self._window, self._store.state.conversation.thread_id
        before = QApplication.focusWidget()
        if window.threads.list.hasFocus():
            window.threads.rename_chosen()
        elif before is not None and window.threads.list.isAncestorOf(before):
            return  # it is being changed
        elif window.threads.can_rename(opened):
            if not window.is_left_open:
                window.toggle_left()
            window.threads.rename(opened, before)

    def _on_renamed(self, thread_id: str, title: str) -> None:
        self._replace((thread_id,), title=title)
        self._send(RenameThread(thread_id, title))

    def pin(self, thread_ids: tuple[str, ...], is_pinned: bool) -> None:
        """Keep threads above the others, or let them stand among them again."""
        self._replace(thread_ids, is_pinned=is_pinned)
        for thread_id in thread_ids:
            self._send(PinThread(thread_id, is_pinned))

    def mark(self, thread_ids: tuple[str, ...], is_unread: bool) -> None:
        """Say whether threads are still to be read."""
        self._replace(thread_ids, is_unread=is_unread)
        for thread_id in thread_ids:
            self._send(MarkThread(thread_id, is_unread))

    def _replace(self, thread_ids: tuple[str, ...], **changed: Any) -> None:
        """Show at once what the engine is asked for; found threads are not all in the store."""
        self._found = tuple(
            replace(one, **changed) if one.id in thread_ids else one for one in self._found
        )
        self._store.change(partial(changes.with_changed, thread_ids=thread_ids, changed=changed))
        self._show_threads(self._store.state)

    # ---- finding ----------------------------------------------------------------------------

    @property
    def wanted_words(self) -> str:
        """The words that are looked for in the whole history."""
        return read_wish(self._window.threads.search.text()).words

    def _on_search(self, text: str) -> None:
        """Look in titles and words, on a worker each; what both found is shown together."""
        search = _Search()
        self._run(partial(self._find_titles, text, search), "search titles")
        self._run(partial(self._find_words, text, search), "search words")

    async def _find_titles(self, text: str, search: _Search) -> None:
        search.threads = await self._pages.titled(text)
        self._show_found(search)

    async def _find_words(self, text: str, search: _Search) -> None:
        search.hits = await self._pages.said(text)
        self._show_found(search)

    def _show_found(self, search: _Search) -> None:
        if search.threads is not None and search.hits is not None:
            self._found, self._hits = search.threads, search.hits
            self._show_threads(self._store.state)
