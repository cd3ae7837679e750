"""The service's database: one connection that writes and two that read."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.database.failures import storage_errors
from desktop_app.database.group_commit import GroupCommit
from desktop_app.database.sqlite_file import connect, open_sound
from desktop_app.database.worker import Worker
from desktop_app.service.storage.flushing import Flushing
from desktop_app.service.storage.salvage import note, noted, salvage
from desktop_app.service.storage.schema import MIGRATIONS

_Answer = TypeVar("_Answer")
_Work = Callable[[sqlite3.Connection], _Answer]

_LOG_PAGES = 4_000
"""At which the writer itself puts the log's pages into the database; see ``Flushing``."""

_log = logging.getLogger(__name__)


class Database:
    """One file, which is opened and brought up to date; a damaged one is set aside.

    Attributes:
        set_aside: Where the damaged one was put, if there was one.

    Raises:
        StorageError: ``storage.failed`` or ``storage.newer``.
    """

    def __init__(self, path: Path) -> None:
        with storage_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writing, self.set_aside = _opened(path)
            self._writing.execute("PRAGMA synchronous = NORMAL")
            self._writing.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            self._reading, self._glancing = connect(path), connect(path)
            for connection in (self._reading, self._glancing):
                connection.execute("PRAGMA query_only = ON")
            self._glancing.execute("PRAGMA busy_timeout = 0")
            self._flushing = Flushing(path)
        if self.set_aside:
            _log.warning("The database was damaged: it is kept as %s", self.set_aside)
        self._writer = Worker("service-writer")
        self._commits = GroupCommit(self._writing, self._writer)
        self._reader = Worker("service-reader")

    async def write(self, work: _Work[_Answer]) -> _Answer:
        """Run ``work`` on the writer's thread, all or nothing.

        When this returns it outlives the process, however that ends; ``Flushing`` sees to the rest.

        Raises:
            StorageError: Nothing was written.
        """
        committing = self._commits.begin(work)
        committing.add_done_callback(self._on_committed)  # even where nobody waits any more
        return await asyncio.shield(committing)

    def _on_committed(self, committing: asyncio.Future[Any]) -> None:
        self._flushing.soon()
        if not committing.cancelled():
            committing.exception()  # who waits is told; nobody else has to be

    async def read(self, work: _Work[_Answer]) -> _Answer:
        """Run ``work`` on the reader's thread.

        Raises:
            StorageError
        """

        def translated() -> _Answer:
            with storage_errors():
                return work(self._reading)

        return await self._reader.run(translated)

    async def glance(self, work: _Work[_Answer]) -> _Answer:
        """Run ``work`` here and now: what finds a few rows by their keys.

        That takes 0.03 ms; the way to the reader's thread and back takes 0.2, and much more where
        many sessions share one core. The reader does it where the file is held by somebody.

        Raises:
            StorageError
        """
        try:
            return work(self._glancing)
        except sqlite3.Error:
            return await self.read(work)

    async def aclose(self) -> None:
        """Finish what was asked, then close. The writer last: it leaves no log file behind."""
        self._glancing.close()
        await self._flushing.aclose()
        for worker, connection in ((self._reader, self._reading), (self._writer, self._writing)):
            await worker.run(connection.close)
            worker.close()


def _opened(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """What is written to, and a damaged one that was taken over, by now or by a start before."""
    connection, aside = open_sound(path, MIGRATIONS)
    try:
        if aside is not None:
            note(connection, aside)
        else:
            aside = noted(connection, path)
        if aside is not None:
            salvage(connection, aside)
    except BaseException:
        connection.close()
        raise
    return connection, aside
