"""SQLite behind one thread that writes and one that reads, awaited from the event loop."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from desktop_app.errors import StorageError
from desktop_app.service.migrations import migrate

Answer = TypeVar("Answer")
Work = Callable[[sqlite3.Connection], Any]
Job = tuple[Work, asyncio.AbstractEventLoop, "asyncio.Future[Any]"]

_log = logging.getLogger(__name__)


class Database:
    """One file, one writing connection, one reading connection, each on its own thread.

    Work given to ``write`` runs in one transaction; a failure rolls all of it back.
    """

    def __init__(self, path: Path) -> None:
        """Open and bring up to date; a damaged file is set aside and a new one started.

        Raises:
            StorageError: ``storage.unusable`` or ``storage.newer``.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            writing = _sound(path)
            reading = _connect(path)
            reading.execute("PRAGMA query_only = ON")
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                "storage.unusable", f"{path} cannot be used: {error}", file=str(path)
            ) from error
        self._reader = _Worker(reading, "service-reader")
        self._writer = _Worker(writing, "service-writer")

    async def write(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run ``work`` on the writer's thread in a transaction; returns when it is durable.

        Raises:
            StorageError: ``storage.failed``; nothing was written.
        """
        answer: Answer = await self._writer.run(
            lambda connection: _in_transaction(connection, work)
        )
        return answer

    async def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run ``work`` on the reader's thread.

        Raises:
            StorageError: ``storage.failed``.
        """
        answer: Answer = await self._reader.run(work)
        return answer

    async def aclose(self) -> None:
        """Finish what was asked, then close. The writer last: it leaves no log file behind."""
        await self._reader.aclose()
        await self._writer.aclose()


class _Worker:
    """A thread that owns a connection and answers one job after the other."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Work) -> Any:
        """The answer of ``work``. A caller that is cancelled does not undo it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._jobs.put((work, loop, answer))
        return await answer

    async def aclose(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, loop, answer = job
            result: Any = None
            failure: Exception | None = None
            try:
                result = work(self._connection)
            except sqlite3.Error as error:
                failure = StorageError("storage.failed", f"Database: {error}")
                failure.__cause__ = error
            except Exception as error:  # handed to the caller, who knows what it means
                failure = error
            _hand_over(loop, answer, result, failure)
        self._connection.close()


def _hand_over(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[Any],
    result: Any,
    failure: Exception | None,
) -> None:
    def settle() -> None:
        if answer.cancelled():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(result)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


def _in_transaction(
    connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Answer]
) -> Answer:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return answer


def _sound(path: Path) -> sqlite3.Connection:
    """A connection to an undamaged database of today's format, a new one if need be."""
    try:
        return _migrated(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
    _log.warning("The database was damaged: it is kept as %s", _set_aside(path))
    return _migrated(path)


def _migrated(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            damage = sqlite3.DatabaseError(found)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_aside(path: Path) -> Path:
    """Rename the file and its companions; no earlier one is overwritten."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken{number}")).exists():
        number += 1
    for companion in ("", "-wal", "-shm"):
        left = path.with_name(path.name + companion)
        if left.exists():
            left.rename(f"{aside}{companion}")
    return aside


def _connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun by hand."""
    path.touch(mode=0o600)  # whatever the folder allows: SQLite's own files follow this one
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection
