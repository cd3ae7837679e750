"""Takes over what can still be read of a damaged database of the service."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from desktop_app.database.readable_rows import rows_of, text_of
from desktop_app.database.sqlite_file import transaction

_log = logging.getLogger(__name__)

_TABLES = ("assistants", "threads", "messages", "memories", "documents", "media")
"""Those that others refer to come first. Documents are read again, vectors made again."""

_READ_AGAIN = "UPDATE documents SET status = 'pending', status_message = NULL, summary = NULL"


def salvage(connection: sqlite3.Connection, damaged: Path) -> None:
    """Take over the rows that are sound; the files that they name are still there.

    Raises:
        sqlite3.Error: The new database cannot be written.
    """
    try:
        opened = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        _log.info("Nothing can be read of %s: %s", damaged.name, error)
        return
    with closing(opened) as old:
        old.row_factory = sqlite3.Row
        old.text_factory = text_of
        with transaction(connection):
            for table in _TABLES:
                known = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
                for row in rows_of(old, table):
                    _take(connection, table, {name: row[name] for name in known & {*row.keys()}})
            connection.execute(_READ_AGAIN)


def _take(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    """Insert a row; what is damaged in a way that no row may be, or is alone now, is left."""
    names = ", ".join(values)
    places = ", ".join("?" * len(values))
    statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"
    with suppress(sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError):
        connection.execute(statement, tuple(values.values()))
