"""Memories in the database."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from desktop_app.protocol.backboard.memories import (
    MemoryPage,
    MemoryStats,
    NewMemory,
    StoredMemory,
)
from desktop_app.service.clock import new_id, now
from desktop_app.service.storage.database import Database

MAX_CHARACTERS = 10_000
"""Of one memory."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class MemoryStore:
    """Add, find, change and delete what assistants remember. Newest first, wherever it is a list.

    Every method may raise a StorageError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, assistant_id: str, new: NewMemory) -> StoredMemory | None:
        """A new memory, whatever is known already; None where there is no such assistant."""
        return await self._database.write(
            lambda connection: insert(connection, assistant_id, new.content, new.metadata)
        )

    async def get(self, assistant_id: str, memory_id: str) -> StoredMemory | None:
        """The memory, or None where this assistant has none of that id."""
        return await self._database.read(
            lambda connection: find(connection, assistant_id, memory_id)
        )

    async def update(
        self, assistant_id: str, memory_id: str, new: NewMemory
    ) -> StoredMemory | None:
        """The memory after the change, or None. Its metadata stays where ``new`` has none."""
        return await self._database.write(
            lambda connection: change(
                connection, assistant_id, memory_id, new.content, new.metadata
            )
        )

    async def delete(self, assistant_id: str, memory_id: str) -> bool:
        """Whether there was one."""
        return await self._database.write(
            lambda connection: remove(connection, assistant_id, memory_id)
        )

    async def reset(self, assistant_id: str) -> int:
        """Delete all of an assistant's memories; returns how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "DELETE FROM memories WHERE assistant_id = ?", (assistant_id,)
                ).rowcount
            )
        )

    async def has_any(self, assistant_id: str) -> bool:
        """Whether there is anything to search."""
        query = "SELECT 1 FROM memories WHERE assistant_id = ? LIMIT 1"
        return await self._database.glance(
            lambda connection: connection.execute(query, (assistant_id,)).fetchone() is not None
        )

    async def all(self, assistant_id: str) -> MemoryPage:
        """All of them."""

        def work(connection: sqlite3.Connection) -> MemoryPage:
            memories = _newest(connection, assistant_id)
            return MemoryPage(memories=memories, total_count=len(memories))

        return await self._database.read(work)

    async def page(self, assistant_id: str, page: int, page_size: int) -> MemoryPage:
        """A page; empty behind the last one.

        Args:
            assistant_id: Whose.
            page: From 1.
            page_size: From 1.
        """

        def work(connection: sqlite3.Connection) -> MemoryPage:
            total = count(connection, assistant_id)
            return MemoryPage(
                memories=_newest(connection, assistant_id, page_size, (page - 1) * page_size),
                total_count=total,
                page=page,
                page_size=page_size,
                total_pages=-(-total // page_size),
            )

        return await self._database.read(work)

    async def stats(self, assistant_id: str) -> MemoryStats:
        """How many there are, when the last was written, and what is allowed."""

        def work(connection: sqlite3.Connection) -> MemoryStats:
            total, last = connection.execute(
                "SELECT count(*), max(updated_at) FROM memories WHERE assistant_id = ?",
                (assistant_id,),
            ).fetchone()
            limits = {"max_memories": None, "max_characters_per_memory": MAX_CHARACTERS}
            return MemoryStats(total_memories=total, last_updated=last, limits=limits)

        return await self._database.read(work)

    async def clone(self, from_id: str, to_id: str) -> int:
        """Copy all memories to another assistant, with their dates; returns how many.

        Args:
            from_id: The assistant that has them.
            to_id: An assistant that exists.
        """

        def work(connection: sqlite3.Connection) -> int:
            rows = connection.execute(
                "SELECT * FROM memories WHERE assistant_id = ? ORDER BY seq", (from_id,)
            ).fetchall()
            for row in rows:
                copy = connection.execute(
                    "INSERT INTO memories"
                    " (id, assistant_id, content, metadata, created_at, updated_at)"
                    " SELECT ?, ?, content, metadata, created_at, updated_at"
                    " FROM memories WHERE seq = ?",
                    (new_id(), to_id, row["seq"]),
                )
                connection.execute(
                    "INSERT INTO memory_vectors (memory_seq, space, vector)"
                    " SELECT ?, space, vector FROM memory_vectors WHERE memory_seq = ?",
                    (copy.lastrowid, row["seq"]),
                )
            return len(rows)

        return await self._database.write(work)


def insert(
    connection: sqlite3.Connection,
    assistant_id: str,
    content: str,
    metadata: dict[str, Any] | None = None,
) -> StoredMemory | None:
    """Within a transaction."""
    at = now()
    memory = StoredMemory(
        id=new_id(), content=content, metadata=metadata or None, created_at=at, updated_at=at
    )
    added = connection.execute(
        "INSERT INTO memories (id, assistant_id, content, metadata, created_at, updated_at)"
        " SELECT ?, id, ?, ?, ?, ? FROM assistants WHERE id = ?",
        (memory.id, content, _json(metadata), at, at, assistant_id),
    )
    return memory if added.rowcount else None


def find(connection: sqlite3.Connection, assistant_id: str, memory_id: str) -> StoredMemory | None:
    """The memory, or None."""
    row = connection.execute(
        "SELECT * FROM memories WHERE id = ? AND assistant_id = ?", (memory_id, assistant_id)
    ).fetchone()
    return memory_of(row) if row else None


def change(
    connection: sqlite3.Connection,
    assistant_id: str,
    memory_id: str,
    content: str,
    metadata: dict[str, Any] | None = None,
) -> StoredMemory | None:
    """Within a transaction. The metadata stays where none is given."""
    connection.execute(
        "UPDATE memories SET content = ?, metadata = coalesce(?, metadata), updated_at = ?"
        " WHERE id = ? AND assistant_id = ?",
        (content, _json(metadata), now(), memory_id, assistant_id),
    )
    return find(connection, assistant_id, memory_id)


def remove(connection: sqlite3.Connection, assistant_id: str, memory_id: str) -> bool:
    """Within a transaction; whether there was one."""
    gone = connection.execute(
        "DELETE FROM memories WHERE id = ? AND assistant_id = ?", (memory_id, assistant_id)
    )
    return gone.rowcount > 0


def count(connection: sqlite3.Connection, assistant_id: str) -> int:
    """How many an assistant has."""
    (total,) = connection.execute(
        "SELECT count(*) FROM memories WHERE assistant_id = ?", (assistant_id,)
    ).fetchone()
    return int(total)


def scored(connection: sqlite3.Connection, seq: int, score: float | None) -> StoredMemory:
    """The memory of a row that is there."""
    row = connection.execute("SELECT * FROM memories WHERE seq = ?", (seq,)).fetchone()
    return memory_of(row, score)


def memory_of(row: sqlite3.Row, score: float | None = None) -> StoredMemory:
    """A row as the API writes it."""
    return StoredMemory(
        id=row["id"],
        content=row["content"],
        metadata=_decode(row["metadata"]) if row["metadata"] else None,
        score=score,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _newest(
    connection: sqlite3.Connection, assistant_id: str, limit: int = -1, skip: int = 0
) -> list[StoredMemory]:
    rows = connection.execute(
        "SELECT * FROM memories WHERE assistant_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
        (assistant_id, limit, skip),
    )
    return [memory_of(row) for row in rows]


def _json(metadata: dict[str, Any] | None) -> str | None:
    return None if metadata is None else msgspec.json.encode(metadata).decode()
