"""Takes over what can still be read of a damaged database of the service."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from desktop_app.database.readable_rows import batches_of, opened_damaged
from desktop_app.database.sqlite_file import transaction

_TABLES = ("assistants", "threads", "messages", "memories", "documents", "media")
"""Those that others refer to come first. Documents are read again, vectors made again."""

_READ_AGAIN = "UPDATE documents SET status = 'pending', status_message = NULL, summary = NULL"


_NOTED = "PRAGMA application_id"
"""Number of the damaged database while it is being read out; a start may be cut in its middle."""


def note(connection: sqlite3.Connection, damaged: Path) -> None:
    """Write down that the damaged database is still to be taken over.

    Raises:
        sqlite3.Error: The new database cannot be written.
    """
    number = int(damaged.name.rpartition(".broken")[2])
    connection.execute(f"{_NOTED} = {number}")


def noted(connection: sqlite3.Connection, path: Path) -> Path | None:
    """The damaged database that a start before this one did not take over to its end.

    Args:
        path: Of the database that takes its place.
    """
    number = connection.execute(_NOTED).fetchone()[0]
    damaged = path.with_name(f"{path.name}.broken{number}")
    return damaged if number and damaged.exists() else None


def salvage(connection: sqlite3.Connection, damaged: Path) -> None:
    """Take over the rows that are sound; the files that they name are still there.

    Done again, it goes on where it was cut.

    Raises:
        sqlite3.Error: The new database cannot be written.
    """
    with opened_damaged(damaged) as old:
        if old is None:
            return
        for table in _TABLES:
            known = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
            for batch in batches_of(old, table):
                with transaction(connection):
                    for row in batch:
                        _take(
                            connection, table, {name: row[name] for name in known & {*row.keys()}}
                        )
    with transaction(connection):
        connection.execute(_READ_AGAIN)
        connection.execute(f"{_NOTED} = 0")


def _take(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    """Insert a row; what is damaged in a way that no row may be, or is alone now, is left."""
    names = ", ".join(values)
    places = ", ".join("?" * len(values))
    statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"
    with suppress(sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError):
        connection.execute(statement, tuple(values.values()))
