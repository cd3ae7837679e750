"""Reads out of a damaged database what can still be read of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop_app.database.readable_rows import batches_of, opened_damaged, rows_of
from desktop_app.database.sqlite_file import transaction
from desktop_app.errors import StorageError
from desktop_app.journal.picture_files import is_picture_path
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    ThreadRecord,
    UtteranceRecord,
)
from desktop_app.journal.rows import (
    message_of,
    picture_of,
    thread_of,
    unless_known,
    utterance_of,
    values_of,
)
from desktop_app.journal.titles import title_of
from desktop_app.journal.utterance_files import path_of

_Record = ThreadRecord | MessageRecord | UtteranceRecord | PictureRecord

_WITHOUT_A_THREAD = (
    "SELECT thread_id AS id, min(created_at) AS first, max(created_at) AS latest FROM message "
    "WHERE thread_id NOT IN (SELECT id FROM thread) GROUP BY thread_id"
)
_FIRST_WORDS = (
    "SELECT text FROM message WHERE thread_id = ? AND role = 'user' AND text <> '' "
    "ORDER BY created_at, number LIMIT 1"
)


class _Kind(NamedTuple):
    table: str
    read: Callable[[sqlite3.Row], _Record]
    save: str


_KINDS = (
    _Kind("thread", thread_of, unless_known("thread", ThreadRecord)),
    _Kind("message", message_of, unless_known("message", MessageRecord)),
    _Kind("utterance", utterance_of, unless_known("utterance", UtteranceRecord)),
    _Kind("picture", picture_of, unless_known("picture", PictureRecord)),
)


def salvage(connection: sqlite3.Connection, damaged: Path) -> int:
    """Take over the rows that are sound; what was taken over stays, even if this is cut short.

    What a row names, recordings, pictures and attached files, is still in the folder. Done again,
    it goes on where it was cut.

    Returns:
        How many messages there are now.

    Raises:
        sqlite3.Error: The new database cannot be written.
    """
    with opened_damaged(damaged) as old:
        if old is None:
            return 0
        for kind in _KINDS:
            for batch in batches_of(old, kind.table):
                with transaction(connection):
                    for row in batch:
                        _take(connection, kind, row)
        with transaction(connection):
            for row in rows_of(old, "setting"):
                statement = "INSERT OR IGNORE INTO setting (key, value) VALUES (?, ?)"
                _insert(connection, statement, (row["key"], row["value"]))
    with transaction(connection):
        _add_lost_threads(connection)
    return int(connection.execute("SELECT count(*) FROM message").fetchone()[0])


def _add_lost_threads(connection: sqlite3.Connection) -> None:
    """A thread for the messages whose own could not be read: without one nobody finds them."""
    for row in connection.execute(_WITHOUT_A_THREAD).fetchall():
        first = connection.execute(_FIRST_WORDS, (row["id"],)).fetchone()
        thread = ThreadRecord(
            id=row["id"],
            title=title_of(first["text"]) if first else "",
            created_at=row["first"],
            updated_at=row["latest"],
        )
        connection.execute(unless_known("thread", ThreadRecord), values_of(thread))


def _take(connection: sqlite3.Connection, kind: _Kind, row: sqlite3.Row) -> None:
    try:
        record = kind.read(row)
        _check_files(record)
    except (StorageError, msgspec.DecodeError, TypeError, ValueError, IndexError):
        return  # what is in it is damaged
    if _insert(connection, kind.save, values_of(record)) and "is_removed" in row.keys():  # noqa: SIM118
        removed = f"UPDATE {kind.table} SET is_removed = ? WHERE id = ?"
        _insert(connection, removed, (int(bool(row["is_removed"])), record.id))


def _check_files(record: _Record) -> None:
    """Every start looks for the files that rows name.

    Raises:
        ValueError: No file of the journal can be called so.
    """
    if isinstance(record, UtteranceRecord):
        path_of(record.id)
    elif isinstance(record, PictureRecord) and not is_picture_path(record.path):
        raise ValueError(f"not a picture's path: {record.path!r}")


def _insert(
    connection: sqlite3.Connection, statement: str, values: dict[str, object] | tuple[object, ...]
) -> bool:
    """Whether the row could be stored; one of other kinds than its columns is damaged."""
    try:
        connection.execute(statement, values)
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError):
        return False
    return True
