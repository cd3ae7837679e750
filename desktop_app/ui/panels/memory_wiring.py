"""Between what is remembered and the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import ceil

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from desktop_app.errors import AppError
from desktop_app.journal.origins import Origin
from desktop_app.journal.reply_details import Learned
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
        name: Tells this list from others of its kind.

    Signals:
        turn_wanted: Ids of the thread and of the message in which something was learned.
    """

    turn_wanted = Signal(str, str)

    def __init__(
        self, wires: Wires, panel: MemoryPanel, assistant_id: Callable[[], str], name: str = ""
    ) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._panel = panel
        self._assistant_id = assistant_id
        self._name = name
        self._origins: Mapping[str, Origin] = {}
        self._turn: tuple[StoredMemory, ...] | None = None
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
        panel.all_requested.connect(self._on_all)

    def show_turn(self, learned: Sequence[Learned]) -> None:
        """List only what one turn taught, where it can be corrected."""
        kept = [one for one in learned if one.event != "DELETE"]
        source = {"source": "learned"}
        self._turn = tuple(StoredMemory(one.id, one.memory, source) for one in kept)
        self._panel.show_of_turn(True)
        self._show()

    def _on_all(self) -> None:
        self._turn = None
        self._panel.show_of_turn(False)
        self.load()

    def load(self) -> None:
        """Ask for the memories anew, if somebody looks."""
        if not self._panel.isVisible() or self._turn is not None:
            return
        if not self._memories:
            self._panel.rows.show_note(tr(_LOADING))
        if self._shown_of != self._assistant_id():
            self._shown_of, self._memories = self._assistant_id(), ()
        shown = 1 if self._panel.words else max(1, ceil(len(self._memories) / PAGE))
        self._read(self._panel.words, range(1, shown + 1))

    def _read(self, words: str, pages: range) -> None:
        self._wires.run(partial(self._load, words, pages), f"list memories{self._name}")

    async def _load(self, words: str, pages: range) -> None:
        """Exchange the memories from the first of these pages on."""
        whose = self._assistant_id()
        found = list(self._memories[: PAGE * (pages.start - 1)])
        total = 0
        for page in pages:
            question: Question = ListMemories(whose, page, PAGE)
            if words:
                question = SearchMemories(words, whose)
            answer = await self._answered(question)
            if not isinstance(answer, MemoryList):
                return
            found += answer.memories
            total = answer.total
        self._memories = tuple(found)
        self._total = len(found) if words else total
        self._show()
        self._origins = await self._wires.pages.origins([one.id for one in found])
        self._show()

    async def _answered(self, question: Question) -> object:
        """The answer; None where there is none, which is said."""
        try:
            return await self._wires.asks.ask(question)
        except AppError as error:
            self._panel.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
            return None

    def _show(self) -> None:
        words = self._panel.words
        rows = [
            memory_row(
                one, self._origins.get(one.id), is_deleted=self.deletions.is_under_way(one.id)
            )
            for one in self._shown()
        ]
        if self._turn is not None:
            self._panel.rows.show_rows(rows)
            self._panel.rows.show_note("" if rows else tr(NO_MATCH))
            return
        self._panel.rows.show_rows(rows, has_more=len(rows) < self._total and not words)
        nothing = tr(NO_MATCH if words else NO_MEMORIES)
        self._panel.rows.show_note("" if rows else nothing)
        if not words:
            self._panel.show_total(self._total)

    def _shown(self) -> tuple[StoredMemory, ...]:
        return self._memories if self._turn is None else self._turn

    def _on_search(self, _words: str) -> None:
        self._turn = None
        self._panel.show_of_turn(False)
        self.load()

    def _on_more(self) -> None:
        page = len(self._memories) // PAGE + 1
        self._read("", range(page, page + 1))

    def _on_saved(self, memory_id: str, text: str, whose: str) -> None:
        whose = whose or self._assistant_id()
        self._turn = self._turn and tuple(
            replace(one, content=text) if one.id == memory_id else one for one in self._turn
        )
        question = UpdateMemory(memory_id, text, whose) if memory_id else AddMemory(text, whose)
        save = partial(self._save, question, memory_id, text, whose)
        self._wires.run(save, f"save memory {memory_id or text}")  # each new one for itself

    async def _save(self, question: Question, memory_id: str, text: str, whose: str) -> None:
        if not await self._is_done(question):
            self._panel.editor.give_back(memory_id, text, whose)

    def _on_reset(self) -> None:
        question = ResetMemories(self._assistant_id())
        self._wires.run(partial(self._carry_out, question), "forget memories")

    async def _carry_out(self, question: Question) -> None:
        await self._is_done(question)

    async def _is_done(self, question: Question) -> bool:
        """Whether it was done; the list is read again then."""
        if await self._answered(question) is None:
            return False
        self.load()
        self._show()
        return True

    def _on_acted(self, memory_id: str, action: str) -> None:
        found = [one for one in self._shown() if one.id == memory_id]
        if action == "undo":
            self.deletions.undo(memory_id)
        elif action == "turn" and memory_id in self._origins:
            origin = self._origins[memory_id]
            self.turn_wanted.emit(origin.thread_id, origin.message_id)
        elif action == "edit" and found:
            self._panel.editor.open_for(memory_id, found[0].content)
        elif action == "delete":
            delete = partial(self._delete, memory_id, self._assistant_id())
            self.deletions.begin(memory_id, delete)

    def _delete(self, memory_id: str, whose: str) -> None:
        self._memories = tuple(one for one in self._memories if one.id != memory_id)
        self._turn = self._turn and tuple(one for one in self._turn if one.id != memory_id)
        self._total = max(0, self._total - 1)
        question = DeleteMemory(memory_id, whose)
        self._wires.run(partial(self._carry_out, question), f"delete {memory_id}")
