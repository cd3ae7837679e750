"""The setting is enforced at the start and every hour, and the window learns what is gone."""

import asyncio

import pytest

from desktop_app.engine.retention import Retention
from desktop_app.errors import AppError, StorageError
from desktop_app.link.recordings import RecordingsRemoved
from tests.fakes.journal import MemoryJournal
from tests.fakes.virtual_time import START_WALL_S, VirtualTime, rounds


class Rig:
    def __init__(self) -> None:
        self.time = VirtualTime()
        self.journal = MemoryJournal()
        self.keep = "1_day"
        self.told: list[object] = []
        self.forgotten: list[float] = []
        self.refusal: AppError | None = None
        self.retention = Retention(
            self.journal, lambda: self.keep, self.told.append, self.time, self.forget
        )

    async def forget(self, older_than_s: float) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.forgotten.append(older_than_s)


@pytest.fixture
async def rig():
    made = Rig()
    running = asyncio.create_task(made.retention.run())
    await rounds()
    yield made
    running.cancel()
    await asyncio.wait((running,))


async def test_it_is_enforced_at_the_start_and_every_hour_as_it_stands_then(rig):
    rig.keep = "off"
    await rig.time.advance(2 * 3600)
    assert rig.journal.expiries == [
        ("1_day", START_WALL_S),
        ("off", START_WALL_S + 3600),
        ("off", START_WALL_S + 7200),
    ]


async def test_the_window_is_told_what_is_gone_and_nothing_of_nothing(rig):
    assert rig.told == []
    gone = tuple(f"u{number}" for number in range(1001))
    rig.journal.expired = gone
    await rig.time.advance(3600)
    assert rig.told == [RecordingsRemoved(gone[:1000]), RecordingsRemoved(gone[1000:])]


async def test_a_disk_that_refuses_is_tried_again_an_hour_later(rig, caplog):
    rig.journal.failures.append(StorageError("storage.failed", "The disk is away."))
    await rig.time.advance(3600)
    assert "The disk is away." in caplog.text
    assert len(rig.journal.expiries) == 1
    await rig.time.advance(3600)
    assert len(rig.journal.expiries) == 2
    caplog.clear()


def test_it_follows_each_turn_where_nothing_is_kept_for_longer():
    keep = ["forever", "7_days", "1_day", "until_sent", "off"]
    follows = [
        Retention(
            MemoryJournal(), lambda one=one: one, print, VirtualTime(), asyncio.sleep
        ).follows_turns
        for one in keep
    ]
    assert follows == [False, False, False, True, True]


async def test_the_service_keeps_them_no_longer(rig):
    rig.keep = "forever"
    await rig.time.advance(3600)
    rig.keep = "until_sent"
    await rig.time.advance(3600)
    assert rig.forgotten == [86_400.0, 0.0]


async def test_a_service_that_refuses_is_asked_again_an_hour_later(rig, caplog):
    rig.refusal = AppError("network.lost", "The line broke.")
    await rig.time.advance(3600)
    assert "The line broke." in caplog.text
    rig.refusal = None
    await rig.time.advance(3600)
    assert rig.forgotten == [86_400.0] * 2
    caplog.clear()
