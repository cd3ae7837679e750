"""What an assistant's memories look like from afar."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

import msgspec

from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.service.memories.memory_store import memory_of
from desktop_app.service.memories.operations import operation_of
from desktop_app.service.memories.words import TOO_COMMON, WORD
from desktop_app.service.storage.database import Database

FREQUENT_WORDS = 10
RECENT_OPERATIONS = 10


async def insights(database: Database, assistant_id: str) -> dict[str, Any]:
    """Figures, frequent words, where the memories come from, and the newest operations.

    Raises:
        StorageError
    """

    def work(connection: sqlite3.Connection) -> dict[str, Any]:
        rows = connection.execute(
            "SELECT * FROM memories WHERE assistant_id = ? ORDER BY seq", (assistant_id,)
        )
        memories = [memory_of(row) for row in rows]
        return {
            "snapshot": _snapshot(memories),
            "contentSignals": _content_signals(memories),
            "breakdown": _breakdown(memories),
            "operations": _operations(connection, assistant_id),
        }

    return await database.read(work)


def _snapshot(memories: list[StoredMemory]) -> dict[str, Any]:
    return {
        "total_memories": len(memories),
        "first_created": min((each.created_at or "" for each in memories), default=None),
        "last_updated": max((each.updated_at or "" for each in memories), default=None),
    }


def _content_signals(memories: list[StoredMemory]) -> dict[str, Any]:
    lengths = [len(each.content) for each in memories]
    words = Counter(
        word
        for each in memories
        for word in set(WORD.findall(each.content.lower())) - TOO_COMMON
        if not word.isdigit()
    )
    # Counted once for each memory; equals in the order of the alphabet.
    frequent = sorted(words.items(), key=lambda one: (-one[1], one[0]))[:FREQUENT_WORDS]
    return {
        "average_characters": round(sum(lengths) / len(lengths), 1) if lengths else 0.0,
        "longest_characters": max(lengths, default=0),
        "frequent_words": [{"word": word, "memories": number} for word, number in frequent],
    }


def _breakdown(memories: list[StoredMemory]) -> dict[str, Any]:
    sources = Counter(str((each.metadata or {}).get("source", "added")) for each in memories)
    months = Counter((each.created_at or "")[:7] for each in memories)
    return {
        "by_source": dict(sorted(sources.items())),
        "by_month": dict(sorted(months.items())),
    }


def _operations(connection: sqlite3.Connection, assistant_id: str) -> dict[str, Any]:
    statuses = connection.execute(
        "SELECT status, count(*) FROM memory_operations WHERE assistant_id = ?"
        " GROUP BY status ORDER BY status",
        (assistant_id,),
    )
    recent = connection.execute(
        "SELECT * FROM memory_operations WHERE assistant_id = ? ORDER BY created_at DESC LIMIT ?",
        (assistant_id, RECENT_OPERATIONS),
    )
    return {
        "by_status": {status: number for status, number in statuses},
        "recent": [msgspec.to_builtins(operation_of(row)) for row in recent],
    }
