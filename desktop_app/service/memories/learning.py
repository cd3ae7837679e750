"""Memories as turns use them: recalled before an answer, learned after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.service.memories.memory_search import MemorySearch
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import Recalled
from desktop_app.service.store import Store


class Memories:
    """Finds what an assistant remembers."""

    def __init__(self, store: Store, source: ProviderSource) -> None:
        self._store = store
        self._search = MemorySearch(store.database, source)

    async def recall(self, assistant_id: str, text: str, limit: int = 5) -> tuple[Recalled, ...]:
        """What may matter for answering ``text``: the best first, with ids and scores.

        Raises:
            StorageError
        """
        found = await self.search(assistant_id, text, limit)
        return tuple(
            Recalled(each.content, each.created_at or "", "memory", each.id, each.score)
            for each in found
        )

    async def search(self, assistant_id: str, query: str, limit: int) -> list[StoredMemory]:
        """The same, as the API writes it.

        Raises:
            StorageError
        """
        assistant = await self._store.assistants.get(assistant_id)
        provider = assistant.embedding_provider or "" if assistant else ""
        return await self._search.search(assistant_id, query, limit, provider=provider)


@asynccontextmanager
async def open_memories(store: Store, source: ProviderSource) -> AsyncIterator[Memories]:
    """Memories for as long as the block lasts."""
    yield Memories(store, source)
