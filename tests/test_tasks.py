"""Background keeps its tasks, replaces by name and reports what failed."""

import asyncio

import pytest

from desktop_app.tasks import Background, start_in


class Reports(list):
    """What was reported; ``arrived`` is set with the first."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    def __call__(self, name: str, error: BaseException) -> None:
        self.append((name, str(error)))
        self.arrived.set()


async def fail(text: str) -> None:
    raise ValueError(text)


async def hold(entered: asyncio.Event, left: list[str], name: str) -> None:
    try:
        entered.set()
        await asyncio.Event().wait()
    finally:
        left.append(name)


async def test_a_failure_is_reported_with_the_name_of_its_task():
    reports = Reports()
    background = Background(reports)
    background.run(fail("no"), name="search")
    async with asyncio.timeout(5):
        await reports.arrived.wait()
    assert reports == [("search", "no")]
    assert not background.is_running("search")
    await background.aclose()


async def test_a_second_task_of_a_name_cancels_the_first():
    reports, left = Reports(), []
    background = Background(reports)
    first, second = asyncio.Event(), asyncio.Event()
    async with asyncio.timeout(5):
        background.run(hold(first, left, "first"), name="search")
        await first.wait()
        background.run(hold(second, left, "second"), name="search")
        await second.wait()
    assert left == ["first"]
    assert background.is_running("search")
    await background.aclose()
    assert left == ["first", "second"]
    assert reports == []


async def test_closing_waits_for_a_task_that_needs_time_to_end():
    ended = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(20):
                await asyncio.sleep(0)
            ended.append("slow")

    background = Background(Reports())
    background.run(slow(), name="slow")
    await asyncio.sleep(0)
    await background.aclose()
    assert ended == ["slow"]


async def test_a_failure_while_closing_is_reported_too():
    reports = Reports()

    async def ends_badly() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while ending")

    background = Background(reports)
    background.run(ends_badly(), name="one")
    await asyncio.sleep(0)
    await background.aclose()
    await asyncio.sleep(0)
    assert reports == [("one", "while ending")]


async def test_nothing_starts_after_closing():
    background = Background(Reports())
    await background.aclose()
    background.run(fail("never"), name="late")
    assert not background.is_running("late")


async def test_a_task_may_close_the_background_it_runs_in():
    background, done = Background(Reports()), asyncio.Event()

    async def close() -> None:
        await background.aclose()
        done.set()

    background.run(close(), name="close")
    async with asyncio.timeout(5):
        await done.wait()


async def test_work_for_a_group_that_is_ending_is_closed_unrun():
    started: list[str] = []

    async def work() -> None:
        started.append("work")

    async def late(group: asyncio.TaskGroup) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            assert start_in(group, work(), name="too late") is None

    async def ends_early() -> None:
        async with asyncio.TaskGroup() as group:
            assert start_in(group, late(group), name="late") is not None
            await asyncio.sleep(0)
            raise ValueError

    with pytest.raises(ExceptionGroup):
        await ends_early()
    assert started == []
