"""What an assistant remembers, as the built-in responder's skill uses it."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

from desktop_app.service.memories import memory_store, operations
from desktop_app.service.memories.attributes import attribute_of
from desktop_app.service.memories.memory_store import memory_of
from desktop_app.service.memories.operations import MemoryChange
from desktop_app.service.memories.words import best, expression, word_scores
from desktop_app.service.providers.ports import Recalled
from desktop_app.service.storage.database import Database

_MOST_UNCLAIMED = 256

# CROSS JOIN: the words first. The other way round SQLite asks once for each row.
_FIND_MESSAGES = """
SELECT messages.id, messages.content, messages.created_at FROM message_words
CROSS JOIN messages ON messages.seq = message_words.rowid
CROSS JOIN threads ON threads.id = messages.thread_id
WHERE message_words MATCH ? AND threads.assistant_id = ? AND messages.role = 'user'
  AND NOT (messages.thread_id = ? AND messages.seq >= ?)
ORDER BY bm25(message_words), messages.seq DESC LIMIT ?
"""

_FIND_ALL_WORDS = """
SELECT memories.* FROM memory_words CROSS JOIN memories ON memories.seq = memory_words.rowid
WHERE memory_words MATCH ? AND memories.assistant_id = ? ORDER BY memories.seq
"""


class MemoryRecall:
    """Recall over the service's database; see ``providers.ports.Recall``.

    What it writes becomes an operation, which ``take_operation`` hands to the turn of its thread.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unclaimed: OrderedDict[str, str] = OrderedDict()

    async def remember(self, assistant_id: str, text: str, *, thread_id: str = "") -> None:
        """Save a memory once; one of the same attribute (``my name is``) is exchanged.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> str | None:
            known = connection.execute(
                "SELECT 1 FROM memories WHERE assistant_id = ? AND content = ?",
                (assistant_id, text),
            ).fetchone()
            if known is not None:
                return None
            if earlier := _of_same_attribute(connection, assistant_id, text):
                memory_store.change(connection, assistant_id, earlier, text)
                changed = MemoryChange(earlier, "UPDATE", text)
                return operations.insert_completed(connection, assistant_id, [changed])
            memory = memory_store.insert(connection, assistant_id, text, {"source": "asked"})
            if memory is None:  # the assistant was deleted meanwhile
                return None
            added = MemoryChange(memory.id, "ADD", text)
            return operations.insert_completed(connection, assistant_id, [added])

        self._keep(thread_id, await self._database.write(work))

    async def search(
        self,
        assistant_id: str,
        query: str,
        limit: int = 5,
        *,
        exclude_thread_turn: str | None = None,
    ) -> Sequence[Recalled]:
        """Best matches first, memories before messages.

        Raises:
            StorageError
        """
        match = expression(query, " OR ")
        if not match:
            return ()

        def work(connection: sqlite3.Connection) -> tuple[Recalled, ...]:
            scores = best(word_scores(connection, assistant_id, query), limit)
            memories = [memory_store.scored(connection, seq, score) for seq, score in scores]
            found = [
                Recalled(each.content, each.created_at or "", "memory", each.id, each.score)
                for each in memories
            ]
            newest = _newest_question(connection, exclude_thread_turn)
            messages = connection.execute(
                _FIND_MESSAGES,
                (match, assistant_id, exclude_thread_turn or "", newest, limit - len(found)),
            )
            found += [Recalled(text, at, "message", id_) for id_, text, at in messages]
            return tuple(found)

        return await self._database.read(work)

    async def forget(self, assistant_id: str, query: str, *, thread_id: str = "") -> int:
        """Delete the memories that hold all words of ``query``.

        Raises:
            StorageError
        """
        match = expression(query, " AND ")
        if not match:
            return 0

        def work(connection: sqlite3.Connection) -> tuple[int, str | None]:
            rows = connection.execute(_FIND_ALL_WORDS, (match, assistant_id)).fetchall()
            gone = [memory_of(row) for row in rows]
            if not gone:
                return 0, None
            for memory in gone:
                memory_store.remove(connection, assistant_id, memory.id)
            changes = [MemoryChange(each.id, "DELETE", each.content) for each in gone]
            return len(gone), operations.insert_completed(connection, assistant_id, changes)

        number, operation_id = await self._database.write(work)
        self._keep(thread_id, operation_id)
        return number

    def take_operation(self, thread_id: str) -> str | None:
        """The operation that a turn of this thread caused since it was last asked for."""
        return self._unclaimed.pop(thread_id, None)

    def _keep(self, thread_id: str, operation_id: str | None) -> None:
        if thread_id and operation_id:
            self._unclaimed[thread_id] = operation_id
            while len(self._unclaimed) > _MOST_UNCLAIMED:
                self._unclaimed.popitem(last=False)


def _of_same_attribute(connection: sqlite3.Connection, assistant_id: str, text: str) -> str:
    """The newest memory that says another value of the same, or nothing."""
    attribute = attribute_of(text)
    if not attribute:
        return ""
    rows = connection.execute(
        "SELECT id, content FROM memories WHERE assistant_id = ? AND content LIKE ? ESCAPE '\\'"
        " ORDER BY seq DESC",
        (assistant_id, attribute.replace("_", "\\_").replace("%", "\\%") + "%"),
    )
    return next((row["id"] for row in rows if attribute_of(row["content"]) == attribute), "")


def _newest_question(connection: sqlite3.Connection, thread_id: str | None) -> int:
    row = connection.execute(
        "SELECT max(seq) FROM messages WHERE thread_id = ? AND role = 'user'", (thread_id or "",)
    ).fetchone()
    return int(row[0] or 0)
