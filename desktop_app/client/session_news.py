"""What a session tells, from its beginning to the reason of its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from desktop_app.client.event_queue import EventQueue
from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.events import ServerEvent, SessionReady
from desktop_app.tasks import Background

LATE = "late "
"""So begin the names of tasks that still have something to tell once the server has closed."""
LATE_WITHIN_S = 6.0

_Heard = TypeVar("_Heard")


class SessionNews:
    """The events of one session for one reader, and the tasks that bring them. Event loop only.

    Args:
        ready: Is told first.
    """

    def __init__(self, ready: SessionReady) -> None:
        self._queue = EventQueue(ready)
        self._failure: AppError | None = None
        self._tasks = Background(self._fail)
        self.put = self._queue.put
        self.cut = self._queue.cut
        self.outlast = self._tasks.outlast

    def run(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Do this beside the reader; what it fails with ends the session."""
        self._tasks.run(work, name=name)

    def cancel(self, name: str) -> None:
        """Stop what runs under this name."""
        self._tasks.cancel(name)

    async def read(
        self, heard: AsyncIterator[_Heard], take: Callable[[_Heard], Awaitable[None]]
    ) -> None:
        """Take all that the server says; its end is the end of the session."""
        try:
            async for one in heard:
                await take(one)
            self._failure = NetworkError("line.closed", "The server closed.", retryable=True)
        except AppError as error:
            self._failure = error
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_WITHIN_S):
                await self._tasks.outlast(LATE)
        await self._queue.finish()

    async def events(self) -> AsyncIterator[ServerEvent]:
        """Everything, until ``aclose`` or the end of the session.

        Raises:
            AppError: Why the session ended.
        """
        async for event in self._queue.events():
            yield event
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """End the tasks. Idempotent."""
        await self._tasks.aclose()

    async def aclose(self) -> None:
        """Nothing is told any more. Idempotent."""
        await self.stop()
        await self._queue.close()

    def _fail(self, name: str, error: BaseException) -> None:
        failed = error if isinstance(error, AppError) else None
        self._failure = failed or NetworkError("line.broken", f"{name} failed.", retryable=True)
        self._tasks.run(self._queue.finish(), name="finish")
