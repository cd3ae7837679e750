"""Writes down what was decided about an assistant's memories."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from desktop_app.service.memories import memory_store
from desktop_app.service.memories.fact_model import Decision
from desktop_app.service.memories.operations import MemoryChange

LEARNED = {"source": "learned"}


def apply(
    connection: sqlite3.Connection, assistant_id: str, decisions: Sequence[Decision]
) -> list[MemoryChange]:
    """Within a transaction: what was really done.

    A memory that a person deleted meanwhile stays deleted, and nothing is saved twice.

    Args:
        connection: The writer's.
        assistant_id: Whose memories.
        decisions: In order; ids are those of memories.
    """
    changes = [_apply(connection, assistant_id, each) for each in decisions]
    return [change for change in changes if change is not None]


def _apply(
    connection: sqlite3.Connection, assistant_id: str, decision: Decision
) -> MemoryChange | None:
    memory_id = str(decision.id)
    if decision.event == "ADD":
        if _is_known(connection, assistant_id, decision.text):
            return None
        added = memory_store.insert(connection, assistant_id, decision.text, LEARNED)
        return MemoryChange(added.id, "ADD", added.content) if added else None
    before = memory_store.find(connection, assistant_id, memory_id)
    if before is None:
        return None
    if decision.event == "DELETE":
        memory_store.remove(connection, assistant_id, memory_id)
        return MemoryChange(memory_id, "DELETE", before.content)
    if before.content == decision.text:
        return None
    memory_store.change(connection, assistant_id, memory_id, decision.text)
    return MemoryChange(memory_id, "UPDATE", decision.text)


def _is_known(connection: sqlite3.Connection, assistant_id: str, text: str) -> bool:
    rows = connection.execute(
        "SELECT content FROM memories WHERE assistant_id = ?", (assistant_id,)
    )
    wanted = _plain(text)
    return any(_plain(content) == wanted for (content,) in rows)


def _plain(text: str) -> str:
    return text.strip().rstrip(".!").casefold()
