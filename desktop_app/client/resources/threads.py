"""Threads of a Backboard API: contract section 4."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from desktop_app.client.errors import http_errors
from desktop_app.client.http_connection import HttpConnection, path_of
from desktop_app.protocol.backboard.threads import Thread, thread_of

MOST_PER_PAGE = 200


class Threads:
    """``api.threads``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def create(self, assistant_id: str) -> Thread:
        return await self._connection.post(
            path_of("assistants", assistant_id, "threads"), Thread, {}
        )

    async def page(
        self, *, assistant_id: str = "", skip: int = 0, limit: int = 100
    ) -> list[Thread]:
        """Without their messages; of one assistant, or all."""
        path = path_of("assistants", assistant_id, "threads") if assistant_id else "/threads"
        rows = await self._connection.get(
            path, list[dict[str, Any]], skip=skip, limit=limit, include_messages="false"
        )
        return [_read(row) for row in rows]

    async def every(self, *, assistant_id: str = "") -> AsyncIterator[Thread]:
        """All of them, page by page."""
        skip = 0
        while found := await self.page(assistant_id=assistant_id, skip=skip, limit=MOST_PER_PAGE):
            for one in found:
                yield one
            if len(found) < MOST_PER_PAGE:
                return
            skip += len(found)

    async def get(self, thread_id: str) -> Thread:
        """With its messages, oldest first."""
        found = _read(await self._connection.get(path_of("threads", thread_id), dict[str, Any]))
        messages = sorted(found.messages, key=lambda message: message.created_at)
        return msgspec.structs.replace(found, messages=messages)

    async def delete(self, thread_id: str) -> None:
        await self._connection.delete(path_of("threads", thread_id))


def _read(row: dict[str, Any]) -> Thread:
    with http_errors():
        return thread_of(row)
