"""Memories of an assistant at a Backboard API: contract section 12."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from desktop_app.client.http_connection import HttpConnection, path_of
from desktop_app.client.polling import settled
from desktop_app.protocol.backboard.memories import (
    MemoryOperation,
    MemoryPage,
    MemoryStats,
    NewMemory,
    SavedMemory,
    StoredMemory,
)

MOST_PER_PAGE = 100
OPERATION_LIMIT_S = 60.0


class Memories:
    """``api.memories``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def page(
        self, assistant_id: str, *, page: int | None = None, page_size: int | None = None
    ) -> MemoryPage:
        """One page, from 1; without ``page`` and ``page_size`` all that there are."""
        return await self._connection.get(
            _path(assistant_id), MemoryPage, page=page, page_size=page_size
        )

    async def every(self, assistant_id: str) -> AsyncIterator[StoredMemory]:
        """All of them, page by page."""
        number, given = 1, 0
        while True:
            found = await self.page(assistant_id, page=number, page_size=MOST_PER_PAGE)
            for one in found.memories:
                yield one
            given += len(found.memories)
            if not found.memories or given >= found.total_count:
                return
            number += 1

    async def add(
        self, assistant_id: str, content: str, metadata: dict[str, Any] | None = None
    ) -> SavedMemory:
        new = NewMemory(content=content, metadata=metadata)
        return await self._connection.post(_path(assistant_id), SavedMemory, new)

    async def get(self, assistant_id: str, memory_id: str) -> StoredMemory:
        return await self._connection.get(_path(assistant_id, memory_id), StoredMemory)

    async def update(
        self,
        assistant_id: str,
        memory_id: str,
        content: str,
        metadata: dict[str, Any] | None = None,
    ) -> StoredMemory:
        new = NewMemory(content=content, metadata=metadata)
        return await self._connection.put(_path(assistant_id, memory_id), StoredMemory, new)

    async def delete(self, assistant_id: str, memory_id: str) -> None:
        await self._connection.delete(_path(assistant_id, memory_id))

    async def reset(self, assistant_id: str) -> None:
        """Forget everything."""
        await self._connection.delete(_path(assistant_id))

    async def search(self, assistant_id: str, query: str, *, limit: int = 5) -> MemoryPage:
        """The best first, each with its score."""
        path = _path(assistant_id, "search")
        # The limit is sent even where it is the default, which a server may not share.
        body = {"query": query, "limit": limit}
        return await self._connection.post(path, MemoryPage, body)

    async def stats(self, assistant_id: str) -> MemoryStats:
        return await self._connection.get(_path(assistant_id, "stats"), MemoryStats)

    async def insights(self, assistant_id: str) -> dict[str, Any]:
        """``snapshot``, ``contentSignals``, ``breakdown`` and ``operations``, as they come."""
        return await self._connection.get(_path(assistant_id, "insights"), dict[str, Any])

    async def operation(self, operation_id: str) -> MemoryOperation:
        path = path_of("assistants", "memories", "operations", operation_id)
        return await self._connection.get(path, MemoryOperation)

    async def wait_until_settled(
        self,
        operation_id: str,
        *,
        limit_s: float = OPERATION_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> MemoryOperation:
        """The operation once it has ended, well or not.

        Raises:
            NetworkError: ``server.unfinished`` after ``limit_s``.
        """
        return await settled(
            lambda: self.operation(operation_id),
            self._connection.sleep,
            limit_s=limit_s,
            clock=clock,
        )


def _path(assistant_id: str, *rest: str) -> str:
    return path_of("assistants", assistant_id, "memories", *rest)
