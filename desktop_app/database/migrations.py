"""Brings a database up to date by numbered scripts, under SQLite's ``user_version``.

Script number n leads from version n to n + 1. A published script never changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from desktop_app.errors import StorageError


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Run what is missing, in one transaction, keeping a copy from before.

    Args:
        connection: In autocommit mode (``isolation_level=None``).
        path: The database's file; the copy is put beside it.
        migrations: All that are known.

    Raises:
        StorageError: ``storage.newer``: a newer Parley wrote it; it is left as it is.
        sqlite3.Error: A migration failed; the database is as it was.
    """
    version = known_version(connection, len(migrations))
    if version == len(migrations):
        return
    if version:
        _back_up(connection, path.with_name(f"{path.name}.v{version}.backup"))
    script = "\n".join(migrations[version:])
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {len(migrations)};\nCOMMIT;"
        )
    except sqlite3.Error:
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


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
