"""Puts on the disk, behind the writer, what SQLite has handed to the system."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from pathlib import Path

from desktop_app.database.sqlite_file import connect
from desktop_app.database.worker import Worker

FLUSH_S = 1.0
"""A power cut costs what was written in about this time. A kill costs nothing."""

LARGE_LOG_BYTES = 8 << 20
"""From here on the log's pages are put into the database, so that the writer does not have to."""

_log = logging.getLogger(__name__)


class Flushing:
    """Synchronises a database's log a little after each write, on a thread of its own.

    Args:
        path: The database's file, in WAL mode.

    Raises:
        sqlite3.Error, OSError
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}-wal")
        self._connection = connect(path)
        self._worker = Worker("service-flusher")
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def soon(self) -> None:
        """Something was written. Event loop only; after ``aclose`` it does nothing."""
        if self._timer is None and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._begin)

    async def aclose(self) -> None:
        """Return when nothing is under way; closing the writer puts the rest on the disk."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        await self._worker.run(self._connection.close)
        self._worker.close()

    def _begin(self) -> None:
        self._timer = None
        self._worker.post(self._flush)

    def _flush(self) -> None:
        """Flusher's thread."""
        try:
            is_large = self._path.stat().st_size >= LARGE_LOG_BYTES
            if not (is_large and self._put_into_database()):
                _synchronise(self._path)
        except FileNotFoundError:
            return  # the last one to close the database has emptied it
        except (OSError, sqlite3.Error) as error:
            _log.warning("What was written may not outlive a power cut: %s", error)

    def _put_into_database(self) -> bool:
        """Whether all of the log is there, and both are on the disk.

        Where a reader still needs an older state, a part of the log stays, and SQLite may have
        synchronised none of it.
        """
        busy, pages, done = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return not busy and pages == done


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)  # Windows synchronises only what may be written
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
