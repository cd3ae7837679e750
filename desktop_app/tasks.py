"""Keeps the tasks that outlive the function which started them, and reports their failures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def start_in(
    group: asyncio.TaskGroup, work: Coroutine[Any, Any, _Result], *, name: str
) -> asyncio.Task[_Result] | None:
    """Start ``work`` in the group; None, and ``work`` is closed unrun, where the group is ending.

    A group that is being cancelled takes no more tasks, and a task of it that has not been told
    yet may still want to start one.
    """
    try:
        return group.create_task(work, name=name)
    except RuntimeError:
        work.close()
        return None


class Background:
    """Named tasks of one event loop; at most one runs under each name.

    Args:
        report: Told the name and the error of every task that failed. Event loop only.
    """

    def __init__(self, report: Callable[[str, BaseException], None]) -> None:
        self._report = report
        self._current: dict[str, asyncio.Task[Any]] = {}
        self._alive: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def run(self, coro: Coroutine[Any, Any, _Result], *, name: str) -> asyncio.Task[_Result] | None:
        """Start ``coro``; a task that runs under the same name is cancelled first.

        Returns:
            Its task. None after ``aclose``: nothing starts any more, ``coro`` is closed unrun.
        """
        if self._is_closed:
            coro.close()
            return None
        self.cancel(name)
        # The one place that may: the reference is kept here and the failure is reported.
        task = asyncio.create_task(coro, name=name)  # noqa: TID251
        self._current[name] = task
        self._alive.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self, name: str) -> None:
        """Cancel the task of that name, if one runs."""
        task = self._current.pop(name, None)
        if task is not None:
            task.cancel()

    def is_running(self, name: str) -> bool:
        """Whether a task of that name has not ended yet."""
        return name in self._current

    async def settle(self, within_s: float, *, but: str = "") -> None:
        """Return when every task has ended by itself, or after so many seconds.

        Args:
            but: Name of one that is not waited for.
        """
        if waiting := self._alive - {asyncio.current_task(), self._current.get(but)}:
            await asyncio.wait(waiting, timeout=within_s)

    async def outlast(self, *beginnings: str) -> None:
        """Return when no task runs whose name begins so, however long that takes."""
        while waiting := {
            task
            for task in self._alive
            if task.get_name().startswith(beginnings) and not task.done()
        }:
            await asyncio.wait(waiting)

    async def aclose(self) -> None:
        """Cancel every task and return when all have ended. Idempotent."""
        self._is_closed = True
        own = asyncio.current_task()
        while waiting := self._alive - {own}:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)
            self._alive -= waiting  # their callbacks run one step later

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._alive.discard(task)
        name = task.get_name()
        if self._current.get(name) is task:
            del self._current[name]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._report(name, error)
