"""The keeper restarts a dead service and always knows the living one's address."""

import asyncio
from itertools import islice

import pytest

from desktop_app.engine.service_keeper import ServiceAddress, ServiceKeeper, backoff
from desktop_app.errors import ChildError, NetworkError, StorageError
from desktop_app.link.messages import Connection, ConnectionChanged, NoticeCleared, NoticeRaised


class Process:
    """A service whose end is in the test's hand."""

    def __init__(self, number: int) -> None:
        self.address = ServiceAddress(f"http://{number}", f"ws://{number}", "k")
        self.ended = asyncio.Event()
        self.is_closed = False
        self.set_aside = ""

    async def wait(self) -> int:
        await self.ended.wait()
        return -9

    async def aclose(self) -> None:
        self.is_closed = True
        self.ended.set()


class Rig:
    """A keeper over processes that start, or refuse to, as the test says."""

    def __init__(self, *, failures: int = 0) -> None:
        self.failures = failures
        self.processes: list[Process] = []
        self.told: list[object] = []
        self.waits: list[float] = []
        self.restarted = asyncio.Event()
        self.started = asyncio.Event()
        self.tired = asyncio.Event()
        self.lives_s: float | None = None
        self.broken = ""
        self.now_s = 0.0
        self.keeper = ServiceKeeper(
            self._start, self.told.append, pause=self._pause, now=lambda: self.now_s
        )

    async def _start(self) -> Process:
        if self.failures:
            self.failures -= 1
            raise ChildError("child.failed", "The service did not start.")
        self.processes.append(Process(len(self.processes)))
        self.processes[-1].set_aside = self.broken
        self.started.set()
        if self.lives_s is not None:
            self.now_s += self.lives_s
            self.processes[-1].ended.set()
        if len(self.processes) > 1:
            self.restarted.set()
        return self.processes[-1]

    async def _pause(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        await asyncio.sleep(0)
        if len(self.waits) == 4:
            self.tired.set()
            await asyncio.Event().wait()

    def connections(self) -> list[Connection]:
        return [one.connection for one in self.told if isinstance(one, ConnectionChanged)]


@pytest.fixture
async def running():
    """Runs a rig's keeper for the length of a test."""
    async with asyncio.TaskGroup() as tasks:
        started = []

        def run(rig: Rig) -> asyncio.Task[None]:
            started.append(tasks.create_task(rig.keeper.run()))
            return started[-1]

        yield run
        for task in started:
            task.cancel()


async def test_the_address_is_that_of_the_running_service(running):
    rig = Rig()
    running(rig)
    async with asyncio.timeout(5):
        assert await rig.keeper.address() == ServiceAddress("http://0", "ws://0", "k")
    assert rig.connections() == [Connection.STARTING, Connection.READY]


async def test_a_dead_service_is_replaced_and_the_new_address_given(running):
    rig = Rig()
    running(rig)
    async with asyncio.timeout(5):
        await rig.keeper.address()
        rig.now_s += 60.0
        rig.processes[0].ended.set()
        await rig.restarted.wait()
        assert (await rig.keeper.address()).api == "http://1"
    assert rig.processes[0].is_closed
    assert rig.connections()[-2:] == [Connection.RECONNECTING, Connection.READY]


async def test_a_damaged_database_is_told_to_the_windows_there_are_and_to_later_ones(running):
    rig = Rig()
    rig.broken = "service.sqlite3.broken1"
    running(rig)
    async with asyncio.timeout(5):
        await rig.keeper.address()
        await asyncio.sleep(0)
    [told] = [one.notice for one in rig.told if isinstance(one, NoticeRaised)]
    assert (told.code, told.facts) == ("service.set_aside", {"file": "service.sqlite3.broken1"})
    assert rig.keeper.odd == (told,)


async def test_a_service_that_does_not_start_is_tried_again_and_said(running):
    rig = Rig(failures=2)
    running(rig)
    await rig.started.wait()
    async with asyncio.timeout(5):
        await rig.keeper.address()
    assert len(rig.waits) == 2
    assert any(isinstance(one, NoticeRaised) for one in rig.told)
    assert isinstance(rig.told[-2], NoticeCleared)


async def test_who_waits_for_a_service_that_fails_is_told_to_try_again(running):
    rig = Rig(failures=1)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(_failure_of(rig.keeper))
        await asyncio.sleep(0)
        running(rig)
    assert waiting.result().code == "service.down"
    assert waiting.result().retryable


async def _failure_of(keeper: ServiceKeeper) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        await keeper.address()
    return caught.value


async def test_a_service_that_ends_again_and_again_is_given_longer_and_longer(running):
    rig = Rig()
    rig.lives_s = 0.5
    running(rig)
    async with asyncio.timeout(5):
        await rig.tired.wait()
    assert rig.waits[:3] == sorted(rig.waits[:3])
    assert rig.waits[2] > 3 * rig.waits[0] / 1.6


async def test_ending_the_keeper_ends_the_service(running):
    rig = Rig()
    task = running(rig)
    async with asyncio.timeout(5):
        await rig.keeper.address()
    task.cancel()
    await asyncio.wait([task])
    assert rig.processes[0].is_closed


def test_waits_double_up_to_half_a_minute():
    waits = list(islice(backoff(), 9))
    assert 0.4 <= waits[0] <= 0.6
    assert 24 <= waits[-1] <= 36


async def test_work_is_done_between_two_services_without_a_wait_or_a_notice(running):
    rig = Rig()
    running(rig)
    closed: list[bool] = []

    async def work() -> None:
        closed.append(rig.processes[0].is_closed and len(rig.processes) == 1)

    async with asyncio.timeout(5):
        await rig.keeper.address()
        await rig.keeper.renew(work)
        await rig.restarted.wait()
        assert await rig.keeper.address() == ServiceAddress("http://1", "ws://1", "k")
    assert closed == [True]
    assert rig.waits == []
    assert not [one for one in rig.told if isinstance(one, NoticeRaised)]


async def test_work_that_fails_is_told_and_the_service_starts_again(running):
    rig = Rig()
    running(rig)

    async def work() -> None:
        raise StorageError("storage.unwritable", "no")

    async with asyncio.timeout(5):
        await rig.keeper.address()
        with pytest.raises(StorageError):
            await rig.keeper.renew(work)
        await rig.restarted.wait()


async def test_a_service_that_does_not_run_is_not_renewed():
    with pytest.raises(NetworkError):
        await Rig().keeper.renew(asyncio.Event().wait)
