"""Memories as turns use them: recalled before an answer, learned after it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from msgspec.structs import replace

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.service.memories import operations
from desktop_app.service.memories.fact_model import Decision, FactModel
from desktop_app.service.memories.learned import apply
from desktop_app.service.memories.memory_search import MemorySearch
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import BUILT_IN, Language, MemoryUse, Recalled
from desktop_app.service.providers.vector_ports import wish_of
from desktop_app.service.storage.store import Store

LIMIT_S = 180
"""For one turn's facts: a large model on a slow computer may need it."""
MOST_WAITING = 32
"""Turns whose facts are being taken out; further ones are not learned from."""
FEW = 30
"""So many memories are all shown to the model; of more, those that may be meant."""
SIMILAR = 5
"""Memories shown for each fact then."""


_log = logging.getLogger(__name__)


class Memories:
    """Finds what an assistant remembers, and adds to it."""

    def __init__(self, store: Store, source: ProviderSource, tasks: asyncio.TaskGroup) -> None:
        self._store = store
        self._search = MemorySearch(store.database, source)
        self._tasks = tasks
        self._going: set[asyncio.Task[None]] = set()
        # One after the other, or two turns would both add what they say alike.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def recall(self, assistant_id: str, text: str, limit: int = 5) -> tuple[Recalled, ...]:
        """What may matter for answering ``text``: the best first, with ids and scores.

        Words do not find what was said in other words, so the newest memories take the places
        that are left, with a score of 0.

        Raises:
            StorageError
        """
        if not await self._store.memories.has_any(assistant_id):
            return ()
        found = await self.search(assistant_id, text, limit)
        if len(found) < limit:
            ids = {each.id for each in found}
            newest = (await self._store.memories.page(assistant_id, 1, limit)).memories
            others = [replace(each, score=0.0) for each in newest if each.id not in ids]
            found += others[: limit - len(found)]
        return tuple(
            Recalled(each.content, each.created_at or "", "memory", each.id, each.score)
            for each in found
        )

    async def search(self, assistant_id: str, query: str, limit: int) -> list[StoredMemory]:
        """The same, as the API writes it.

        Raises:
            StorageError
        """
        assistant = await self._store.assistants.get(assistant_id)
        return await self._search.search(assistant_id, query, limit, wish_of(assistant))

    async def learn(
        self,
        question_text: str,
        reply_text: str,
        *,
        assistant_id: str,
        thread_id: str,
        language: Language,
        model: str = "",
        mode: MemoryUse = "off",
    ) -> str | None:
        """Take the facts out of a complete turn, behind it: this returns at once.

        Args:
            question_text: What the user said.
            reply_text: What was answered.
            assistant_id: Whose memory.
            thread_id: Where it was said.
            language: Who answered. The built-in one finds no facts: what it was asked to
                remember, or to forget, it has done during the turn.
            model: The turn's, or empty for the provider's default.
            mode: Only ``auto`` learns.

        Returns:
            The id of the operation that tells what becomes of it; None where nothing does.

        Raises:
            StorageError
        """
        done = self._store.recall.take_operation(thread_id)
        if language.provider == BUILT_IN or mode != "auto" or not question_text.strip():
            return done
        operation_id = await self._store.operations.begin(assistant_id)
        if operation_id is None:  # the assistant was deleted meanwhile
            return None
        if len(self._going) >= MOST_WAITING:
            await self._give_up(operation_id, "memory.busy")
            return operation_id
        turn = (question_text, reply_text)
        learning = self._learn(operation_id, assistant_id, language, model, turn)
        task = self._tasks.create_task(learning, name=f"learn {operation_id}")
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        return operation_id

    async def settled(self) -> None:
        """Wait until everything that was begun has ended."""
        if self._going:
            await asyncio.wait(self._going)

    def cancel_all(self) -> None:
        """Leave what is not yet learned."""
        for task in self._going:
            task.cancel()

    async def _learn(
        self,
        operation_id: str,
        assistant_id: str,
        language: Language,
        model: str,
        turn: tuple[str, str],
    ) -> None:
        """Never fails: whatever happens becomes the operation's end."""
        turns = self._turns.setdefault(assistant_id, asyncio.Lock())
        try:
            async with turns, asyncio.timeout(LIMIT_S):
                teacher = await self._teacher(assistant_id, language, model)
                await self._take_in(operation_id, assistant_id, teacher, turn)
        except TimeoutError:
            await self._give_up(operation_id, "memory.too_slow")
        except AppError as error:
            await self._give_up(operation_id, error.code)
        except Exception:  # the request boundary: one odd answer must not end the service
            _log.exception("A turn could not be learned from")
            await self._give_up(operation_id, "something.failed")

    async def _teacher(self, assistant_id: str, language: Language, model: str) -> FactModel:
        assistant = await self._store.assistants.get(assistant_id)
        if assistant is None:
            return FactModel(language, model)
        return FactModel(
            language,
            model,
            assistant.custom_fact_extraction_prompt or "",
            assistant.custom_update_memory_prompt or "",
        )

    async def _take_in(
        self, operation_id: str, assistant_id: str, teacher: FactModel, turn: tuple[str, str]
    ) -> None:
        facts = await teacher.facts(*turn)
        known = await self._known(assistant_id, facts) if facts else []
        decisions = await _decide(teacher, known, facts)

        def work(connection: sqlite3.Connection) -> None:
            changes = apply(connection, assistant_id, decisions)
            operations.complete(connection, operation_id, changes)

        await self._store.database.write(work)

    async def _known(self, assistant_id: str, facts: Sequence[str]) -> list[StoredMemory]:
        """What the facts may be about."""
        newest = await self._store.memories.page(assistant_id, 1, FEW)
        if newest.total_count <= FEW:
            return newest.memories
        similar: dict[str, StoredMemory] = {}
        for fact in facts:
            found = await self.search(assistant_id, fact, SIMILAR)
            similar |= {each.id: each for each in found}
        return list(similar.values())

    async def _give_up(self, operation_id: str, code: str) -> None:
        _log.info("A turn was not learned from: %s", code)
        try:
            await self._store.operations.fail(operation_id, code)
        except AppError as error:
            _log.info("Nor could that be written down: %s", error.code)


async def _decide(
    teacher: FactModel, known: Sequence[StoredMemory], facts: Sequence[str]
) -> list[Decision]:
    """With the memories' real ids. What is all new needs no second question."""
    if not facts or not known:
        return [Decision("ADD", text=fact) for fact in facts]
    by_number = {str(number): memory for number, memory in enumerate(known, 1)}
    texts = {number: memory.content for number, memory in by_number.items()}
    return [
        Decision(each.event, by_number[str(each.id)].id if each.event != "ADD" else "", each.text)
        for each in await teacher.decisions(texts, facts)
    ]


@asynccontextmanager
async def open_memories(store: Store, source: ProviderSource) -> AsyncIterator[Memories]:
    """Memories for as long as the block lasts; what is not learned by then becomes an error."""
    async with asyncio.TaskGroup() as tasks:
        memories = Memories(store, source, tasks)
        try:
            yield memories
        finally:
            memories.cancel_all()
    await store.operations.fail_unfinished()
