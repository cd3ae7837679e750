"""Many small transactions for the price of one: what waits together is made durable together."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from desktop_app.database.failures import storage_errors
from desktop_app.database.sqlite_file import transaction
from desktop_app.database.worker import Worker

_Result = TypeVar("_Result")
Work = Callable[[sqlite3.Connection], _Result]

_MOST = 64


class GroupCommit:
    """Runs works on the writer's thread, in order, each all or nothing.

    A commit waits for the disk, some milliseconds each time. Works that came meanwhile share the
    next one, each in a savepoint of its own: one that fails takes nothing of the others along. Who
    comes alone needs none, and a savepoint makes the search index write twice.

    Args:
        connection: In autocommit mode; used by the worker's thread alone.
        worker: The thread.
    """

    def __init__(self, connection: sqlite3.Connection, worker: Worker) -> None:
        self._connection = connection
        self._worker = worker
        self._waiting: deque[tuple[Work[Any], Future[Any]]] = deque()

    async def run(self, work: Work[_Result]) -> _Result:
        """The result of ``work`` once it is durable; it is done even if nobody waits any more.

        Raises:
            StorageError: Nothing of it was written.
        """
        return await asyncio.shield(self.begin(work))

    def begin(self, work: Work[_Result]) -> asyncio.Future[_Result]:
        """The same, for who wants to know when it is durable though nobody waits any more."""
        result: Future[_Result] = Future()
        self._waiting.append((work, result))
        self._worker.post(self._commit_what_waits)
        return asyncio.wrap_future(result)

    def _commit_what_waits(self) -> None:
        """Worker's thread. Each ``run`` posts one call; the first of them takes up the others."""
        group: list[tuple[Work[Any], Future[Any]]] = []
        while self._waiting and len(group) < _MOST:
            group.append(self._waiting.popleft())
        if not group:
            return
        attempt = self._attempt if len(group) > 1 else self._do
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with storage_errors(), transaction(self._connection):
                for work, result in group:
                    done.append((result, *attempt(work)))
        except BaseException as error:
            for _, result in group:
                result.set_exception(error)
            return
        for result, value, failure in done:
            if failure is None:
                result.set_result(value)
            else:
                result.set_exception(failure)

    def _do(self, work: Work[Any]) -> tuple[Any, BaseException | None]:
        """All of its transaction: where it fails, that is undone."""
        return work(self._connection), None

    def _attempt(self, work: Work[Any]) -> tuple[Any, BaseException | None]:
        connection = self._connection
        connection.execute("SAVEPOINT work")
        try:
            with storage_errors():
                value = work(connection)
        except BaseException as failure:
            if not connection.in_transaction:  # a full disk undoes the whole group
                raise
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            return None, failure
        connection.execute("RELEASE work")
        return value, None
