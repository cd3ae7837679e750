"""Runs over a real database, with scripted providers and knowledge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.provider_source import open_source
from desktop_app.service.runs.events import RunEnded
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.runs import Runs, open_runs
from desktop_app.service.storage.store import Store, open_store
from tests.fakes.knowledge import ScriptedLibrary, ScriptedMemories, ScriptedPictures
from tests.fakes.providers import ScriptedLanguage, ScriptedProviders


@dataclass
class Turns:
    """Runs, and all that they reach."""

    store: Store
    runs: Runs
    language: ScriptedLanguage
    library: ScriptedLibrary
    memories: ScriptedMemories
    pictures: ScriptedPictures
    thread_id: str = ""
    assistant_id: str = ""
    asked: list[Run] = field(default_factory=list)

    async def begin(self, **assistant: Any) -> None:
        """A new assistant and thread."""
        made = await self.store.assistants.create(NewAssistant(name="Ada", **assistant))
        thread = await self.store.conversations.create(made.assistant_id)
        assert thread is not None
        self.thread_id, self.assistant_id = thread.thread_id, made.assistant_id

    def question(self, text: str = "How is it?", **fields: Any) -> Question:
        fields.setdefault("memory", "off")
        return Question(
            thread_id=self.thread_id, assistant_id=self.assistant_id, text=text, **fields
        )

    async def ask(self, text: str = "How is it?", **fields: Any) -> tuple[Run, RunEnded]:
        """A whole turn."""
        run = self.runs.start(self.question(text, **fields))
        return run, await run.ended()

    async def rows(self) -> list[StoredMessage]:
        thread = await self.store.conversations.get(self.thread_id)
        assert thread is not None
        return thread.messages


@pytest.fixture
async def turns(tmp_path) -> AsyncIterator[Turns]:
    providers = ScriptedProviders()
    known = ScriptedLibrary(), ScriptedMemories(), ScriptedPictures()
    async with (
        open_store(tmp_path) as store,
        open_source(providers.open, store.recall) as source,
        open_runs(store, source, *known) as runs,
    ):
        opened = Turns(store, runs, providers.language, *known)
        await opened.begin()
        yield opened
