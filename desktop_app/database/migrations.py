"""Brings a database up to date by numbered scripts, under SQLite's ``user_version``.

Script number n leads from version n to n + 1. A published script never changes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from desktop_app.errors import StorageError

_PATIENCE_MS = 30_000  # with another process that is migrating the same database


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Run what is missing, in one transaction, keeping a copy from before.

    Several processes may do it at once: one does, the others wait for it and then have nothing
    left to do.

    Args:
        connection: In autocommit mode (``isolation_level=None``).
        path: The database's file; the copy is put beside it.
        migrations: All that are known.

    Raises:
        StorageError: ``storage.newer``: a newer Parley wrote it; it is left as it is.
        sqlite3.Error: A migration failed; the database is as it was.
    """
    if known_version(connection, len(migrations)) == len(migrations):
        return
    _begin(connection)
    try:
        version = known_version(connection, len(migrations))  # as whoever was first left it
        if 0 < version < len(migrations):
            _back_up(path, path.with_name(f"{path.name}.v{version}.backup"))
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise


def known_version(connection: sqlite3.Connection, newest: int) -> int:
    """The database's version; 0 when it has no tables yet.

    Raises:
        StorageError: ``storage.newer``: it is higher than ``newest``.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise StorageError(
            "storage.newer",
            f"Your conversations were written by a newer Parley (format {version}, this one knows "
            f"{newest}). Update Parley, or choose another data folder; nothing was changed.",
            version=str(version),
            known=str(newest),
        )
    return version


def _begin(connection: sqlite3.Connection) -> None:
    """Begin to write, waiting longer than usual for who writes now."""
    usual_ms = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual_ms}")


def _statements(script: str) -> Iterator[str]:
    """One after the other: what runs a whole script ends the transaction first."""
    statement = ""
    for piece in re.split("(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _back_up(path: Path, copy: Path) -> None:
    """By a connection of its own: one that has begun to write cannot be copied from."""
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
