"""What was done to an assistant's memories after a turn, with an id to ask for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from desktop_app.protocol.backboard.memories import MemoryOperation
from desktop_app.service.clock import new_id, now
from desktop_app.service.storage.database import Database

MemoryEvent = Literal["ADD", "UPDATE", "DELETE"]

_decode = msgspec.json.Decoder(list[dict[str, Any]]).decode


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """One thing that was done to one memory.

    Attributes:
        content: The memory's words after it, or, where it was deleted, before.
    """

    id: str
    event: MemoryEvent
    content: str


class Operations:
    """Opened before the work, settled after it. Every method may raise a StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, assistant_id: str) -> str | None:
        """The id of a new operation in progress; None where there is no such assistant."""

        def work(connection: sqlite3.Connection) -> str | None:
            return _insert(connection, assistant_id, "IN_PROGRESS", None)

        return await self._database.write(work)

    async def fail(self, operation_id: str, code: str) -> None:
        """It ended in an error; ``code`` says which, for the log's reader."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE memory_operations SET status = 'ERROR', error = ?, updated_at = ?"
                " WHERE id = ?",
                (code, now(), operation_id),
            )
        )

    async def get(self, operation_id: str) -> MemoryOperation | None:
        """The operation, or None."""

        def work(connection: sqlite3.Connection) -> MemoryOperation | None:
            row = connection.execute(
                "SELECT * FROM memory_operations WHERE id = ?", (operation_id,)
            ).fetchone()
            return operation_of(row) if row else None

        return await self._database.read(work)

    async def fail_unfinished(self) -> int:
        """What a process that ended left open becomes an error; returns how many there were."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE memory_operations SET status = 'ERROR', error = 'service.ended',"
                    " updated_at = ? WHERE status = 'IN_PROGRESS'",
                    (now(),),
                ).rowcount
            )
        )


def insert_completed(
    connection: sqlite3.Connection, assistant_id: str, changes: Sequence[MemoryChange]
) -> str | None:
    """Within the transaction that makes the changes: an operation that is over already."""
    return _insert(connection, assistant_id, "COMPLETED", changes)


def complete(
    connection: sqlite3.Connection, operation_id: str, changes: Sequence[MemoryChange]
) -> None:
    """Within the transaction that makes the changes."""
    connection.execute(
        "UPDATE memory_operations SET status = 'COMPLETED', memory_ids = ?, updated_at = ?"
        " WHERE id = ?",
        (_json(changes), now(), operation_id),
    )


def operation_of(row: sqlite3.Row) -> MemoryOperation:
    """A row as the API writes it."""
    changes = _decode(row["memory_ids"]) if row["memory_ids"] else None
    return MemoryOperation(
        operation_id=row["id"],
        status=row["status"],
        memory_ids=changes,
        result_count=None if changes is None else len(changes),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _insert(
    connection: sqlite3.Connection,
    assistant_id: str,
    status: str,
    changes: Sequence[MemoryChange] | None,
) -> str | None:
    operation_id, at = new_id(), now()
    added = connection.execute(
        "INSERT INTO memory_operations"
        " (id, assistant_id, status, memory_ids, created_at, updated_at)"
        " SELECT ?, id, ?, ?, ?, ? FROM assistants WHERE id = ?",
        (
            operation_id,
            status,
            None if changes is None else _json(changes),
            at,
            at,
            assistant_id,
        ),
    )
    return operation_id if added.rowcount else None


def _json(changes: Sequence[MemoryChange]) -> str:
    rows = [{"id": each.id, "event": each.event, "memory": each.content} for each in changes]
    return msgspec.json.encode(rows).decode()
