"""Changes of a thread are carried out whatever else is changed of it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.engine.thread_changes import ThreadChange, ThreadChanges
from desktop_app.journal.records import ThreadRecord
from desktop_app.link.messages import LinkEvent
from desktop_app.link.thread_messages import (
    ChooseAnswerer,
    DeleteThread,
    PinThread,
    RenameThread,
    RestoreThread,
)
from desktop_app.protocol.commands import Answerer
from desktop_app.tasks import Background
from tests.fakes.journal import MemoryJournal


class Rig:
    """Changes in a journal in memory; ``failed`` has what was reported."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.told: list[LinkEvent] = []
        self.ended: list[str] = []
        self.renewed: list[str] = []
        self.failed: list[str] = []
        self.background = Background(lambda name, _: self.failed.append(name))
        self.changes = ThreadChanges(
            self.journal,
            self.told.append,
            self.background,
            end=self._end,
            renew=self.renewed.append,
        )

    async def _end(self, thread_id: str) -> None:
        self.ended.append(thread_id)

    async def take(self, *intents: ThreadChange) -> ThreadRecord | None:
        """Let these be wanted at once, and return what became of the thread."""
        await self.journal.save_thread(
            ThreadRecord(id="a", title="Trams", created_at=1.0, updated_at=1.0)
        )
        for intent in intents:
            self.changes.take(intent)
        async with asyncio.timeout(5):
            await self.background.outlast("")
        return await self.journal.thread("a")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    assert made.failed == []
    await made.background.aclose()


async def test_a_name_a_model_and_a_pin_of_one_moment_all_stay(rig):
    kept = await rig.take(
        RenameThread("a", "Lisbon"), ChooseAnswerer("a", Answerer("openai/x")), PinThread("a", True)
    )
    assert (kept.title, kept.model, kept.is_pinned) == ("Lisbon", "openai/x", True)
    assert rig.renewed == ["a"]


async def test_of_two_names_the_later_holds(rig):
    kept = await rig.take(RenameThread("a", "Lisbon"), RenameThread("a", "Porto"))
    assert kept.title == "Porto"


async def test_what_is_deleted_and_wanted_back_at_once_stays(rig):
    kept = await rig.take(DeleteThread("a"), RestoreThread("a"))
    assert kept.title == "Trams"


async def test_a_thread_is_deleted_though_its_name_is_being_changed(rig):
    kept = await rig.take(RenameThread("a", "Lisbon"), DeleteThread("a"))
    assert kept is None
    assert rig.ended == ["a"]
