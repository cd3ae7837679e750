"""Fills the tabs of the side that show what the service has, when somebody looks."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import Connection
from desktop_app.state.answerers import answerer_of
from desktop_app.state.app_state import AppState, Conversation, Service
from desktop_app.ui.panels.files_wiring import FilesWiring
from desktop_app.ui.panels.memory_page import MemoryPage
from desktop_app.ui.panels.memory_wiring import MemoryWiring
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.wires import Wires

MEMORY = "memory"


class PanelsWiring(QObject):
    """Files, memories and sums of the open thread, and all memories on a page of their own."""

    def __init__(self, wires: Wires, threads: ThreadWiring) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._threads = threads
        side = wires.window.side
        assert side is not None  # the window is furnished as a whole, before this
        self._side = side
        self.files = FilesWiring(wires, side.files)
        self.memory = MemoryWiring(wires, side.memory, self._assistant_id)
        self.memory.turn_wanted.connect(threads.open_thread)
        self._all: MemoryWiring | None = None
        self._last_reply: tuple[str, object] = ("", None)
        pane = wires.window.pane
        pane.add_page(MEMORY, self._make_page)
        pane.page_changed.connect(self._on_page_changed)
        assert pane.chat is not None
        pane.chat.step_requested.connect(self._on_step)
        wires.window.memories_requested.connect(self._toggle_page)
        side.page_opened.connect(self._on_page_opened)
        wires.store.threads_changed.connect(self._on_threads_changed)
        wires.store.conversation_changed.connect(self._on_conversation_changed)
        wires.store.service_changed.connect(self._on_service_changed)
        self._thread_id = ""

    def settle(self) -> bool:
        """Do at once what could still have been undone; whether there was anything."""
        deletions = [self.files.deletions, self.memory.deletions]
        if self._all is not None:
            deletions.append(self._all.deletions)
        return any([one.settle() for one in deletions])

    # ---- the page of all memories -------------------------------------------------------------

    def _make_page(self, parent: QWidget) -> MemoryPage:
        page = MemoryPage(self._wires.window.look, parent)
        self._all = MemoryWiring(self._wires, page.panel, self._assistant_id, " on the page")
        self._all.turn_wanted.connect(self._threads.open_thread)
        return page

    def _toggle_page(self) -> None:
        pane = self._wires.window.pane
        pane.show_page("" if pane.page == MEMORY else MEMORY)

    def _on_page_changed(self, name: str) -> None:
        if name == MEMORY and self._all is not None:
            self._wires.window.close_overlays()
            self._all.load()

    # ---- the tabs -----------------------------------------------------------------------------

    def _assistant_id(self) -> str:
        """Of the open thread; empty is Parley's own."""
        state = self._wires.store.state
        return answerer_of(state, state.conversation.thread_id).assistant_id

    def _on_page_opened(self, _tab: str) -> None:
        self._load()

    def _load(self) -> None:
        self.files.show_thread(self._wires.store.state.conversation.thread_id)
        self.memory.load()
        if self._all is not None:
            self._all.load()
        if self._side.isVisible() and self._thread_id:
            self._wires.run(partial(self._show_sums, self._thread_id), "sums")

    async def _show_sums(self, thread_id: str) -> None:
        today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        sums = await self._wires.pages.sums(thread_id, today.timestamp())
        if sums is not None and thread_id == self._thread_id:
            self._side.show_sums(*sums)

    def _on_threads_changed(self, state: AppState) -> None:
        if state.conversation.thread_id != self._thread_id:
            self._thread_id = state.conversation.thread_id
            self._load()

    def _on_service_changed(self, service: Service) -> None:
        if service.connection is Connection.READY:
            self._load()

    def _on_conversation_changed(self, conversation: Conversation) -> None:
        """A reply that ended may have read files and learned something; the latter a bit later."""
        replies = [one for one in conversation.messages if one.role is Role.ASSISTANT]
        if not replies or replies[-1].status is not MessageStatus.COMPLETE:
            return
        last = (replies[-1].id, replies[-1].details.learning)
        if last != self._last_reply:
            self._last_reply = last
            self._load()

    def _on_step(self, kind: str, message_id: str) -> None:
        """What a turn taught is to be seen, where it can be corrected."""
        messages = self._wires.store.state.conversation.messages
        message = next((one for one in messages if one.id == message_id), None)
        if kind != "memories" or message is None or message.details.learning is None:
            return
        if not self._side.isVisible():
            self._wires.window.toggle_right()
        self._side.open_tab("Memory")
        self.memory.show_turn(message.details.learning.changes)
