"""Named tasks of one conversation inside its task group."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any


class Jobs:
    """Starts and cancels tasks by name while it is entered. Loop thread only.

    A task that fails ends all of them; leaving waits for all of them.
    """

    def __init__(self) -> None:
        self._tasks = asyncio.TaskGroup()
        self._running: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Jobs:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run the work; a running task of that name is cancelled and ends first."""
        before = self._running.get(name)
        if before is not None:
            before.cancel()
        task = self._tasks.create_task(_after(before, work), name=name)
        self._running[name] = task
        task.add_done_callback(lambda done: self._forget(name, done, work))

    def is_running(self, name: str) -> bool:
        """Whether a task of that name has not ended yet."""
        return name in self._running

    def cancel(self, name: str) -> None:
        """Cancel the task of that name, if it runs."""
        if name in self._running:
            self._running[name].cancel()

    def cancel_all(self) -> None:
        """Cancel every task."""
        for task in tuple(self._running.values()):
            task.cancel()

    def _forget(self, name: str, done: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
        work.close()  # a task that was cancelled before it began leaves its work unstarted
        if self._running.get(name) is done:
            del self._running[name]


async def _after(before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> None:
    if before is not None:
        await asyncio.wait((before,))
    await work
