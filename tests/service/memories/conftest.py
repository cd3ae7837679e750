"""Memories over a real database, with scripted providers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.memories import MemoryOperation, NewMemory
from desktop_app.service.memories.learning import Memories, open_memories
from desktop_app.service.provider_source import open_source
from desktop_app.service.storage.store import Store, open_store
from tests.fakes.facts import FactLanguage
from tests.fakes.providers import ScriptedProviders


@dataclass
class Mind:
    """One assistant's memories, and the model that takes facts out of its turns."""

    store: Store
    memories: Memories
    providers: ScriptedProviders
    language: FactLanguage
    assistant_id: str

    async def know(self, *contents: str) -> None:
        for content in contents:
            await self.store.memories.add(self.assistant_id, NewMemory(content=content))

    async def known(self) -> list[str]:
        """What is remembered, in the order in which it was added."""
        page = await self.store.memories.all(self.assistant_id)
        return [memory.content for memory in reversed(page.memories)]

    async def begin(self, question: str, reply: str = "I see.", **options: object) -> str | None:
        """Begin to learn from a turn; the operation's id."""
        given = {"assistant_id": self.assistant_id, "thread_id": "t", "mode": "auto"}
        return await self.memories.learn(
            question, reply, language=self.language, **{**given, **options}
        )

    async def learn(self, question: str, *answers: object, **options: object) -> MemoryOperation:
        """Learn from a turn; ``answers`` are the model's, to one request after the other."""
        self.language.answers += answers
        operation_id = await self.begin(question, **options)
        async with asyncio.timeout(5):
            await self.memories.settled()
        return await self.store.operations.get(operation_id)


@pytest.fixture
async def mind(tmp_path) -> AsyncIterator[Mind]:
    providers = ScriptedProviders()
    async with (
        open_store(tmp_path) as store,
        open_source(providers.open, store.recall) as source,
        open_memories(store, source) as memories,
    ):
        await source.get()
        ada = await store.assistants.create(NewAssistant(name="Ada"))
        yield Mind(store, memories, providers, FactLanguage(), ada.assistant_id)
