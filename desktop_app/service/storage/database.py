"""The service's database: one connection that writes and one that reads, on a thread each."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from desktop_app.database.failures import storage_errors
from desktop_app.database.group_commit import GroupCommit
from desktop_app.database.sqlite_file import connect, open_sound
from desktop_app.database.worker import Worker
from desktop_app.service.storage.schema import MIGRATIONS

_Answer = TypeVar("_Answer")
_Work = Callable[[sqlite3.Connection], _Answer]

_log = logging.getLogger(__name__)


class Database:
    """One file, which is opened and brought up to date; a damaged one is set aside.

    Raises:
        StorageError: ``storage.failed`` or ``storage.newer``.
    """

    def __init__(self, path: Path) -> None:
        with storage_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writing, aside = open_sound(path, MIGRATIONS)
            self._reading = connect(path)
            self._reading.execute("PRAGMA query_only = ON")
        if aside:
            _log.warning("The database was damaged: it is kept as %s", aside)
        self._writer = Worker("service-writer")
        self._commits = GroupCommit(self._writing, self._writer)
        self._reader = Worker("service-reader")

    async def write(self, work: _Work[_Answer]) -> _Answer:
        """Run ``work`` on the writer's thread, all or nothing; returns when it is durable.

        Raises:
            StorageError: Nothing was written.
        """
        return await self._commits.run(work)

    async def read(self, work: _Work[_Answer]) -> _Answer:
        """Run ``work`` on the reader's thread.

        Raises:
            StorageError
        """

        def translated() -> _Answer:
            with storage_errors():
                return work(self._reading)

        return await self._reader.run(translated)

    async def aclose(self) -> None:
        """Finish what was asked, then close. The writer last: it leaves no log file behind."""
        for worker, connection in ((self._reader, self._reading), (self._writer, self._writing)):
            await worker.run(connection.close)
            worker.close()
