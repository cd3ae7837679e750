"""An event loop on a thread of its own, for servers that outlive one test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

from tests.fakes.ending_loops import abort_connections

T = TypeVar("T")

LIMIT_S = 10


class LoopThread:
    """Keeps asynchronous contexts open in the background until ``close``."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._over: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """What the context gives; it is left by ``close``, in the task that entered it."""
        return asyncio.run_coroutine_threadsafe(self._enter(context), self._loop).result(LIMIT_S)

    def close(self) -> None:
        """Leave all contexts, the last entered first, hang up on everybody, end the thread."""
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(LIMIT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)
        self._loop.close()

    async def _enter(self, context: AbstractAsyncContextManager[T]) -> T:
        entered: asyncio.Future[T] = self._loop.create_future()
        is_over = asyncio.Event()

        async def hold() -> None:
            try:
                async with context as given:
                    entered.set_result(given)
                    await is_over.wait()
            except BaseException as error:
                if entered.done():
                    raise
                entered.set_exception(error)

        self._over.append((is_over, self._loop.create_task(hold())))
        return await entered

    async def _leave(self) -> None:
        for is_over, task in reversed(self._over):
            is_over.set()
            await task
        abort_connections(self._loop)
        if answering := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(answering)  # whose peers have gone now


@contextmanager
def background(context: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """One asynchronous context, kept open in the background for a block."""
    thread = LoopThread()
    try:
        yield thread.enter(context)
    finally:
        thread.close()
