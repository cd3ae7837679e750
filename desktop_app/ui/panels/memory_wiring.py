"""Between what is remembered and the service."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from desktop_app.errors import AppError
from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.protocol.service_calls import (
    AddMemory,
    DeleteMemory,
    ListMemories,
    MemoryList,
    Question,
    ResetMemories,
    SearchMemories,
    UpdateMemory,
)
from desktop_app.ui.panels.deletions import Deletions
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.panels.memory_panel import NO_MATCH, NO_MEMORIES, MemoryPanel, memory_row
from desktop_app.ui.wires import Wires

PAGE = 50
_LOADING = mark("Looking for memories…")


class MemoryWiring(QObject):
    """Lists, finds, writes and forgets; always of the assistant of the open thread.

    Args:
        assistant_id: Says whose memories are meant; empty for Parley's own assistant.
    """

    def __init__(self, wires: Wires, panel: MemoryPanel, assistant_id: Callable[[], str]) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._panel = panel
        self._assistant_id = assistant_id
        self._memories: tuple[StoredMemory, ...] = ()
        self._total = 0
        self._shown_of = ""
        self.deletions = Deletions(self)
        self.deletions.changed.connect(self._show)
        panel.search_changed.connect(self._on_search)
        panel.editor.saved.connect(self._on_saved)
        panel.rows.acted.connect(self._on_acted)
        panel.rows.retry_requested.connect(self.load)
        panel.rows.more_requested.connect(self._on_more)
        panel.reset_requested.connect(self._on_reset)

    def load(self) -> None:
        """Ask for the memories anew, if somebody looks."""
        if not self._panel.isVisible():
            return
        if not self._memories:
            self._panel.rows.show_note(tr(_LOADING))
        if self._shown_of != self._assistant_id():
            self._shown_of, self._memories = self._assistant_id(), ()
        self._wires.run(partial(self._load, self._panel.words, 1), "list memories")

    async def _load(self, words: str, page: int) -> None:
        whose = self._assistant_id()
        question: Question = ListMemories(whose, page, PAGE)
        if words:
            question = SearchMemories(words, whose)
        answer = await self._answered(question)
        if isinstance(answer, MemoryList):
            before = self._memories if page > 1 else ()
            self._memories = (*before, *answer.memories)
            self._total = len(self._memories) if words else answer.total
            self._show()

    async def _answered(self, question: Question) -> object:
        """The answer; None where there is none, which is said."""
        try:
            return await self._wires.asks.ask(question)
        except AppError as error:
            self._panel.rows.show_note(failure_words(error), can_retry=True)
            return None

    def _show(self) -> None:
        words = self._panel.words
        rows = [
            memory_row(one, is_deleted=self.deletions.is_under_way(one.id))
            for one in self._memories
        ]
        self._panel.rows.show_rows(rows, has_more=len(rows) < self._total and not words)
        nothing = tr(NO_MATCH if words else NO_MEMORIES)
        self._panel.rows.show_note("" if rows else nothing)
        if not words:
            self._panel.show_total(self._total)

    def _on_search(self, _words: str) -> None:
        self.load()

    def _on_more(self) -> None:
        page = len(self._memories) // PAGE + 1
        self._wires.run(partial(self._load, "", page), "list memories")

    def _on_saved(self, memory_id: str, text: str) -> None:
        whose = self._assistant_id()
        question = UpdateMemory(memory_id, text, whose) if memory_id else AddMemory(text, whose)
        self._wires.run(partial(self._carry_out, question), f"save memory {memory_id}")

    def _on_reset(self) -> None:
        question = ResetMemories(self._assistant_id())
        self._wires.run(partial(self._carry_out, question), "forget memories")

    async def _carry_out(self, question: Question) -> None:
        if await self._answered(question) is not None:
            self.load()

    def _on_acted(self, memory_id: str, action: str) -> None:
        found = [one for one in self._memories if one.id == memory_id]
        if action == "undo":
            self.deletions.undo(memory_id)
        elif action == "edit" and found:
            self._panel.editor.open_for(memory_id, found[0].content)
        elif action == "delete":
            delete = partial(self._delete, memory_id, self._assistant_id())
            self.deletions.begin(memory_id, delete)

    def _delete(self, memory_id: str, whose: str) -> None:
        self._memories = tuple(one for one in self._memories if one.id != memory_id)
        self._total = max(0, self._total - 1)
        question = DeleteMemory(memory_id, whose)
        self._wires.run(partial(self._carry_out, question), f"delete {memory_id}")
