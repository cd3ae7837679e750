"""Opens a database file for its one writing process and makes it sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from desktop_app.database.failures import is_damage
from desktop_app.database.migrations import migrate


def open_sound(path: Path, migrations: Sequence[str]) -> tuple[sqlite3.Connection, Path | None]:
    """Open and migrate; a damaged database is set aside and a new one started.

    Returns:
        The connection, and where the damaged database was put, if there was one.

    Raises:
        StorageError: ``storage.newer``.
        sqlite3.Error, OSError: It cannot be opened for another reason than damage.
    """
    try:
        return open_migrated(path, migrations), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    aside = _set_aside(path)
    return open_migrated(path, migrations), aside


def open_migrated(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    """Open, look for damage, and migrate what is sound.

    Raises:
        StorageError: ``storage.newer``.
        sqlite3.Error, OSError: It is damaged, or cannot be opened; it is left as it is.
    """
    connection = connect(path)
    try:
        _check(connection)
        migrate(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun by hand, on one thread at a time.

    Raises:
        sqlite3.Error, OSError
    """
    path.touch(mode=0o600)  # whatever the folder allows: SQLite's own files follow this one
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _check(connection: sqlite3.Connection) -> None:
    """Look the whole file over: 40 ms for 100,000 messages."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        damage = sqlite3.DatabaseError(found)
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage


def _set_aside(path: Path) -> Path:
    """Rename the database and its companions; no earlier one is overwritten."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken{number}")).exists():
        number += 1
    for companion in ("", "-wal", "-shm"):
        left = Path(f"{path}{companion}")
        if left.exists():
            left.rename(f"{aside}{companion}")
    return aside
