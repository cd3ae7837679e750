"""What an assistant remembers, found by its words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from desktop_app.service.clock import new_id, now
from desktop_app.service.database import Database
from desktop_app.service.providers.ports import Recalled

_WORD = re.compile(r"\w+")
_TOO_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        a about an and are as at be been but by can could did do does for from had has have he
        her him his how i if in is it its me my of on or our remember said say she so tell that
        the their them they this to told up us was we were what when where which who why will
        with would you your
        """,
    )
)

_FIND_MEMORIES = """
SELECT memories.content, memories.created_at FROM memory_words
JOIN memories ON memories.seq = memory_words.rowid
WHERE memory_words MATCH ? AND memories.assistant_id = ?
ORDER BY bm25(memory_words), memories.seq DESC LIMIT ?
"""

_FIND_MESSAGES = """
SELECT messages.content, messages.created_at FROM message_words
JOIN messages ON messages.seq = message_words.rowid
JOIN threads ON threads.id = messages.thread_id
WHERE message_words MATCH ? AND threads.assistant_id = ? AND messages.role = 'user'
  AND NOT (messages.thread_id = ? AND messages.seq >= ?)
ORDER BY bm25(message_words), messages.seq DESC LIMIT ?
"""


class MemoryRecall:
    """Recall over the service's database; see ``providers.ports.Recall``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, assistant_id: str, text: str) -> None:
        """Save a memory once.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> None:
            known = connection.execute(
                "SELECT 1 FROM memories WHERE assistant_id = ? AND content = ?",
                (assistant_id, text),
            ).fetchone()
            if known is None:
                at = now()
                connection.execute(
                    "INSERT INTO memories (id, assistant_id, content, created_at, updated_at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (new_id(), assistant_id, text, at, at),
                )

        await self._database.write(work)

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
        match = _match(query, " OR ")
        if not match:
            return ()

        def work(connection: sqlite3.Connection) -> tuple[Recalled, ...]:
            memories = connection.execute(_FIND_MEMORIES, (match, assistant_id, limit))
            found = [Recalled(text, at, "memory") for text, at in memories]
            newest = _newest_question(connection, exclude_thread_turn)
            messages = connection.execute(
                _FIND_MESSAGES,
                (match, assistant_id, exclude_thread_turn or "", newest, limit - len(found)),
            )
            found += [Recalled(text, at, "message") for text, at in messages]
            return tuple(found)

        return await self._database.read(work)

    async def forget(self, assistant_id: str, query: str) -> int:
        """Delete the memories that hold all words of ``query``.

        Raises:
            StorageError
        """
        match = _match(query, " AND ")
        if not match:
            return 0
        statement = (
            "DELETE FROM memories WHERE assistant_id = ? AND seq IN"
            " (SELECT rowid FROM memory_words WHERE memory_words MATCH ?)"
        )
        return await self._database.write(
            lambda connection: connection.execute(statement, (assistant_id, match)).rowcount
        )


def _newest_question(connection: sqlite3.Connection, thread_id: str | None) -> int:
    row = connection.execute(
        "SELECT max(seq) FROM messages WHERE thread_id = ? AND role = 'user'", (thread_id or "",)
    ).fetchone()
    return int(row[0] or 0)


def _match(query: str, joiner: str) -> str:
    """An FTS5 expression of the words that matter, or of all words where none does."""
    words = _WORD.findall(query.lower())
    telling = [word for word in words if word not in _TOO_COMMON] or words
    return joiner.join(f'"{word}"' for word in dict.fromkeys(telling))
