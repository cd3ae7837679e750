from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.jobs import Jobs
from tests.fakes.virtual_time import rounds


async def test_a_job_of_the_same_name_begins_when_the_one_before_has_ended():
    order: list[str] = []

    async def work(name: str) -> None:
        order.append(f"{name} begins")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    async with Jobs() as jobs:
        jobs.start("line", work("first"))
        await rounds()
        jobs.start("line", work("second"))
        await rounds()
        jobs.cancel("line")
        jobs.cancel("unknown")
    assert order == ["first begins", "first ends", "second begins", "second ends"]


async def test_a_job_cancelled_before_it_began_leaves_nothing_behind():
    async with Jobs() as jobs:
        jobs.start("line", asyncio.sleep(60))
        jobs.cancel_all()


async def test_a_failing_job_ends_the_others():
    async def fail() -> None:
        raise RuntimeError("a mistake of ours")

    async def hold() -> None:
        async with Jobs() as jobs:
            jobs.start("waiting", asyncio.sleep(60))
            jobs.start("failing", fail())

    with pytest.raises(ExceptionGroup):
        await hold()
