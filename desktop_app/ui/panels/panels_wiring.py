"""Fills the tabs of the side that show what the service has, when somebody looks."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import Connection
from desktop_app.state.app_state import AppState, Conversation, Service
from desktop_app.ui.panels.files_wiring import FilesWiring
from desktop_app.ui.panels.memory_wiring import MemoryWiring
from desktop_app.ui.wires import Wires


class PanelsWiring(QObject):
    """Files and memories of the open thread."""

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        side = wires.window.side
        assert side is not None  # the window is furnished as a whole, before this
        self._side = side
        self.files = FilesWiring(wires, side.files)
        self.memory = MemoryWiring(wires, side.memory, self._assistant_id)
        self._last_reply = ""
        side.page_opened.connect(self._on_page_opened)
        wires.store.threads_changed.connect(self._on_threads_changed)
        wires.store.conversation_changed.connect(self._on_conversation_changed)
        wires.store.service_changed.connect(self._on_service_changed)
        self._thread_id = ""

    def settle(self) -> bool:
        """Do at once what could still have been undone; whether there was anything."""
        return any([one.deletions.settle() for one in (self.files, self.memory)])

    def _assistant_id(self) -> str:
        """Of the open thread; empty is Parley's own."""
        state = self._wires.store.state
        opened = state.conversation.thread_id
        return next((one.assistant_id for one in state.threads if one.id == opened), "")

    def _on_page_opened(self, _tab: str) -> None:
        self._load()

    def _load(self) -> None:
        self.files.show_thread(self._wires.store.state.conversation.thread_id)
        self.memory.load()

    def _on_threads_changed(self, state: AppState) -> None:
        if state.conversation.thread_id != self._thread_id:
            self._thread_id = state.conversation.thread_id
            self._load()

    def _on_service_changed(self, service: Service) -> None:
        if service.connection is Connection.READY:
            self._load()

    def _on_conversation_changed(self, conversation: Conversation) -> None:
        """A reply that ended may have read files and learned something."""
        replies = [one for one in conversation.messages if one.role is Role.ASSISTANT]
        if not replies or replies[-1].status is not MessageStatus.COMPLETE:
            return
        if replies[-1].id != self._last_reply:
            self._last_reply = replies[-1].id
            self._load()
