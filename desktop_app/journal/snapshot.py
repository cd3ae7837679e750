"""The whole journal at one moment, read row after row while the engine goes on writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.database.failures import storage_errors
from desktop_app.database.migrations import known_version
from desktop_app.database.readable_rows import text_of
from desktop_app.errors import StorageError
from desktop_app.journal.catching_up import catch_up
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    ThreadRecord,
    UtteranceRecord,
)
from desktop_app.journal.rows import (
    MESSAGE_COLUMNS,
    NOT_REMOVED,
    PICTURE_COLUMNS,
    SHOWN_PICTURES,
    THREAD_COLUMNS,
    UTTERANCE_COLUMNS,
    message_of,
    picture_of,
    thread_of,
    utterance_of,
)
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS

_Record = TypeVar("_Record")
_ROWS_AT_ONCE = 200
_WHOLE = "state <> 'capturing' AND state <> 'discarded'"


class Snapshot:
    """What the journal held when it was opened. The thread that opened it only.

    Every method may raise StorageError. Memory does not grow with what is read.

    Attributes:
        folder: The journal's, where the files are that rows name.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection

    def threads(self) -> Iterator[ThreadRecord]:
        """Every thread, the oldest first."""
        query = f"SELECT {THREAD_COLUMNS} FROM thread WHERE NOT is_removed ORDER BY created_at, id"
        return self._each(query, "", thread_of)

    def thread(self, thread_id: str) -> ThreadRecord | None:
        """One thread, unless unknown or removed."""
        query = f"SELECT {THREAD_COLUMNS} FROM thread WHERE NOT is_removed AND id = :id"
        return next(self._each(query, thread_id, thread_of), None)

    def messages(self, thread_id: str) -> Iterator[MessageRecord]:
        """Of one thread, the oldest first."""
        query = (
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE thread_id = :id "
            "ORDER BY created_at, number"
        )
        return self._each(query, thread_id, message_of)

    def utterances(self, thread_id: str) -> Iterator[UtteranceRecord]:
        """Of one thread, the oldest first; what is being spoken is not among them."""
        query = (
            f"SELECT {UTTERANCE_COLUMNS} FROM utterance WHERE thread_id = :id AND {_WHOLE} "
            "ORDER BY created_at, id"
        )
        return self._each(query, thread_id, utterance_of)

    def pictures(self, thread_id: str, message_id: str = "") -> Iterator[PictureRecord]:
        """Of one thread, or of one of its messages; the oldest first."""
        of_message = " AND message_id = :message_id" if message_id else ""
        query = (
            f"SELECT {PICTURE_COLUMNS} FROM picture WHERE thread_id = :id AND {SHOWN_PICTURES}"
            f"{of_message} ORDER BY number"
        )
        return self._each(query, thread_id, picture_of, message_id)

    def count(self, thread_id: str = "") -> int:
        """How many messages, recordings and pictures there are; of one thread, or of all."""
        of_thread = " AND thread_id = :id" if thread_id else ""
        query = " + ".join(
            f"(SELECT count(*) FROM {table} WHERE {NOT_REMOVED} AND {which}{of_thread})"
            for table, which in (
                ("message", "1"),
                ("utterance", _WHOLE),
                ("picture", "NOT is_removed"),
            )
        )
        with storage_errors():
            return int(self._connection.execute(f"SELECT {query}", {"id": thread_id}).fetchone()[0])

    def _each(
        self,
        query: str,
        thread_id: str,
        read: Callable[[sqlite3.Row], _Record],
        message_id: str = "",
    ) -> Iterator[_Record]:
        values: dict[str, Any] = {"id": thread_id, "message_id": message_id}
        with storage_errors():
            rows = self._connection.execute(query, values)
        while True:
            with storage_errors():
                some = rows.fetchmany(_ROWS_AT_ONCE)
            if not some:
                return
            for row in some:
                yield read(row)


@contextmanager
def open_snapshot(folder: Path) -> Iterator[Snapshot]:
    """The journal as it is now, until the context is left.

    Raises:
        StorageError: ``journal.none``: there is none yet; or it cannot be read.
    """
    path = folder / DATABASE_NAME
    if not path.is_file():
        raise StorageError("journal.none", "There are no conversations here yet.")
    address = f"{path.absolute().as_uri()}?mode=ro"
    with storage_errors():
        catch_up(folder)
        connection = sqlite3.connect(address, uri=True, timeout=5, isolation_level=None)
    with closing(connection):
        connection.row_factory = sqlite3.Row
        connection.text_factory = text_of
        with storage_errors():
            connection.execute("BEGIN")
            if not known_version(connection, len(MIGRATIONS)):
                raise StorageError("journal.none", "There are no conversations here yet.")
        yield Snapshot(folder, connection)
