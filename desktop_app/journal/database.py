"""Opens the journal's one writing connection and makes it sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.journal.failures import is_broken
from desktop_app.journal.schema import DATABASE_NAME, migrate


class BrokenDatabaseError(sqlite3.DatabaseError):
    """SQLite's own check found damage."""


def open_database(folder: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open and migrate; a damaged database is set aside and a new one started.

    Returns:
        The connection, and where the damaged database was put, if there was one.

    Raises:
        StorageError: ``journal.newer``.
        sqlite3.Error, OSError: It cannot be opened for another reason than damage.
    """
    path = folder / DATABASE_NAME
    try:
        return _opened(path), None
    except sqlite3.DatabaseError as error:
        if not (isinstance(error, BrokenDatabaseError) or is_broken(error)):
            raise
    aside = _set_aside(path)
    return _opened(path), aside


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def set_durability(connection: sqlite3.Connection, *, survives_power_loss: bool) -> None:
    """FULL puts each commit on the disk; NORMAL survives a killed process only."""
    connection.execute(f"PRAGMA synchronous = {'FULL' if survives_power_loss else 'NORMAL'}")


def _opened(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)  # whatever the folder allows: SQLite's own files follow this one
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        _check(connection)
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Look the whole file over: 40 ms for 100,000 messages."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BrokenDatabaseError(found)


def _set_aside(path: Path) -> Path:
    """Rename the database and its companions; no earlier one is overwritten."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken{number}")).exists():
        number += 1
    path.rename(aside)
    for companion in ("-wal", "-shm"):
        left = Path(f"{path}{companion}")
        if left.exists():
            left.rename(f"{aside}{companion}")
    return aside
