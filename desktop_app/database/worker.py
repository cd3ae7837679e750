"""One thread that does one thing after the other, awaited from an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Result = TypeVar("_Result")


class Worker:
    """Does everything in the order in which it was asked for.

    Args:
        name: Of the thread, as tracebacks and tools show it.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """The result of ``work``, which is done whether or not the caller still waits."""
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(work)))

    def post(self, work: Callable[[], object]) -> None:
        """Do it without telling anybody how it went."""
        self._thread.submit(work)

    def close(self) -> None:
        """Take nothing more; what was asked for is still done. Idempotent, never waits."""
        self._thread.shutdown(wait=False)
