"""Assistants of a Backboard API: contract section 3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from desktop_app.client.http_connection import HttpConnection, path_of
from desktop_app.protocol.backboard.assistants import (
    Assistant,
    Clone,
    CloneRequest,
    NewAssistant,
)

MOST_PER_PAGE = 200


class Assistants:
    """``api.assistants``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def create(self, assistant: NewAssistant) -> Assistant:
        return await self._connection.post("/assistants", Assistant, assistant)

    async def page(self, *, skip: int = 0, limit: int = 100, name: str = "") -> list[Assistant]:
        """With ``name`` only those called exactly so, whatever the server makes of it."""
        found = await self._connection.get(
            "/assistants", list[Assistant], skip=skip, limit=limit, name=name
        )
        return [one for one in found if not name or one.name == name]

    async def every(self) -> AsyncIterator[Assistant]:
        """All of them, page by page."""
        skip = 0
        while found := await self.page(skip=skip, limit=MOST_PER_PAGE):
            for one in found:
                yield one
            if len(found) < MOST_PER_PAGE:
                return
            skip += len(found)

    async def get(self, assistant_id: str) -> Assistant:
        return await self._connection.get(path_of("assistants", assistant_id), Assistant)

    async def update(self, assistant_id: str, **changes: Any) -> Assistant:
        """Replace the named fields; ``tools`` replaces the whole list."""
        return await self._connection.put(path_of("assistants", assistant_id), Assistant, changes)

    async def delete(self, assistant_id: str) -> None:
        """Its threads and documents go with it."""
        await self._connection.delete(path_of("assistants", assistant_id))

    async def clone(self, assistant_id: str, request: CloneRequest | None = None) -> Clone:
        """A copy under a name of its own; by default with documents and memories."""
        path = path_of("assistants", assistant_id, "clone")
        told = request or CloneRequest()
        # Sent even where they are the default, which a server may not share.
        wishes = {"copy_documents": told.copy_documents, "copy_memories": told.copy_memories}
        names = {"name": told.name, "system_prompt": told.system_prompt}
        named = {field: text for field, text in names.items() if text is not None}
        return await self._connection.post(path, Clone, {**wishes, **named})
