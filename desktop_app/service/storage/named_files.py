"""Rows that name kept files: never one without its bytes, no bytes without a row for long.

Whether a content is still named is decided on the database writer's thread, where rows are
written too: a row that comes and one that goes cannot miss each other.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore, KeptFile

_Row = TypeVar("_Row")

_IS_NAMED = (
    "SELECT EXISTS (SELECT 1 FROM documents WHERE sha256 = :sha256)"
    " OR EXISTS (SELECT 1 FROM media WHERE sha256 = :sha256)"
)


async def add_naming(
    database: Database,
    files: FileStore,
    keep: Callable[[], Awaitable[KeptFile]],
    insert: Callable[[sqlite3.Connection, KeptFile], _Row],
) -> _Row:
    """Keep a file and insert the row that names it; what ``insert`` returned.

    Args:
        keep: Keeps the file; called again where its bytes went before the row was there, because
            the last row of the same content was deleted just then.

    Raises:
        StorageError
    """
    while True:
        kept = await keep()

        def work(connection: sqlite3.Connection, kept: KeptFile = kept) -> tuple[_Row, ...]:
            if not files.path(kept.sha256).exists():
                return ()
            return (insert(connection, kept),)

        if inserted := await database.write(work):
            return inserted[0]


async def remove_unnamed(database: Database, files: FileStore, sha256: str) -> None:
    """Delete the bytes if no row names them any more.

    Raises:
        StorageError
    """

    def work(connection: sqlite3.Connection) -> None:
        if not connection.execute(_IS_NAMED, {"sha256": sha256}).fetchone()[0]:
            with contextlib.suppress(OSError):  # Windows: it is being read; the next start does it
                files.path(sha256).unlink(missing_ok=True)

    await database.write(work)


async def delete_naming(
    database: Database,
    files: FileStore,
    contents: str,
    delete: str,
    owner_id: str,
) -> bool:
    """Delete an owner with all its rows, and the bytes that nobody else's rows name.

    Args:
        contents: Query of the contents that the owner's rows name, by ``:owner``.
        delete: Statement that deletes the owner, by ``:owner``; its rows go with it.

    Returns:
        Whether there was such an owner.

    Raises:
        StorageError
    """

    def work(connection: sqlite3.Connection) -> tuple[bool, list[str]]:
        owner = {"owner": owner_id}
        named = [str(row["sha256"]) for row in connection.execute(contents, owner)]
        return connection.execute(delete, owner).rowcount > 0, named

    was_there, named = await database.write(work)
    for sha256 in named:
        await remove_unnamed(database, files, sha256)
    return was_there
