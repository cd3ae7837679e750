from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.ledger import Job, Ledger
from desktop_app.errors import StorageError
from desktop_app.link.messages import LinkEvent, NoticeCleared, NoticeRaised


async def test_news_is_told_after_what_was_to_be_written_before_it():
    order: list[object] = []
    ledger = Ledger(order.append)

    async def write() -> None:
        await asyncio.sleep(0)
        order.append("written")

    ledger.do(write)
    ledger.tell(NoticeCleared("x"))
    await ledger.settle()
    assert order == ["written", NoticeCleared("x")]


async def test_a_job_that_was_cut_short_is_done_again():
    done: list[str] = []
    gate = asyncio.Event()
    ledger = Ledger(lambda _: None)

    async def write() -> None:
        await gate.wait()
        done.append("written")

    ledger.do(write)
    running = asyncio.create_task(ledger.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait((running,))
    gate.set()
    await ledger.settle()
    assert done == ["written"]


async def test_a_disk_that_refuses_becomes_a_notice_and_the_next_job_is_done():
    told: list[LinkEvent] = []
    ledger = Ledger(told.append)

    async def refuse() -> None:
        raise StorageError("storage.full")

    ledger.do(refuse)
    ledger.tell(NoticeCleared("x"))
    await ledger.settle()
    raised, cleared = told
    assert isinstance(raised, NoticeRaised)
    assert raised.notice.code == "storage.full"
    assert cleared == NoticeCleared("x")


async def test_the_notice_goes_when_the_disk_takes_what_is_written_again():
    told: list[LinkEvent] = []
    ledger = Ledger(told.append)
    is_full = True

    async def write() -> None:
        if is_full:
            raise StorageError("storage.full")

    ledger.do(write)
    ledger.tell(NoticeCleared("x"))  # says nothing of the disk
    await ledger.settle()
    assert NoticeCleared("storage.full") not in told
    is_full = False
    ledger.do(write)
    ledger.do(write)
    await ledger.settle()
    assert told.count(NoticeCleared("storage.full")) == 1


async def test_a_row_that_a_full_disk_still_takes_says_nothing_of_sound():
    told: list[LinkEvent] = []
    ledger = Ledger(told.append)

    async def refuse() -> None:
        raise StorageError("storage.full")

    async def write() -> None: ...

    ledger.do(refuse, writes="sound")
    ledger.do(write)
    await ledger.settle()
    assert NoticeCleared("storage.full") not in told
    ledger.do(refuse)
    ledger.do(write, writes="sound")
    await ledger.settle()
    assert NoticeCleared("storage.full") not in told, "rows are refused now"
    ledger.do(write)
    await ledger.settle()
    assert told[-1] == NoticeCleared("storage.full")


async def test_what_is_gone_stays_said_however_much_is_written():
    told: list[LinkEvent] = []
    ledger = Ledger(told.append)

    async def lost() -> None:
        raise StorageError("journal.no_recording")

    async def write() -> None: ...

    ledger.do(lost)
    ledger.do(write)
    await ledger.settle()
    (raised,) = told
    assert isinstance(raised, NoticeRaised)


async def test_a_full_ledger_makes_the_server_wait():
    ledger = Ledger(lambda _: None)
    for _ in range(1000):
        ledger.tell(NoticeCleared("x"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await ledger.room()
    await ledger.settle()
    await ledger.room()


async def test_a_row_that_the_disk_refused_is_written_when_there_is_room():
    written, is_written, is_full = list[str](), asyncio.Event(), True
    ledger = Ledger(lambda _: None)

    def write(what: str) -> Job:
        async def job() -> None:
            if is_full:
                raise StorageError("storage.full")
            written.append(what)
            if what == "a whole":
                is_written.set()

        return job

    ledger.do(write("a growing"), row="a")
    ledger.do(write("b"), row="b")
    ledger.do(write("a whole"), row="a")
    running = asyncio.create_task(ledger.run())
    await asyncio.sleep(0.01)
    assert ledger.owes("a")
    assert written == []
    is_full = False
    async with asyncio.timeout(5):
        await is_written.wait()
    assert written == ["b", "a whole"]
    assert not ledger.owes("a")
    running.cancel()
    await asyncio.wait((running,))


async def test_a_row_that_was_written_anew_is_not_written_as_it_was_before():
    written, is_full = list[int](), True
    ledger = Ledger(lambda _: None)

    async def refuse() -> None:
        if is_full:
            raise StorageError("storage.full")
        written.append(1)

    async def write() -> None:
        written.append(2)

    ledger.do(refuse, row="a")
    await ledger.settle()
    is_full = False
    ledger.do(write, row="a")
    await ledger.settle()
    assert written == [2]


async def test_the_notice_stays_while_a_row_is_owed():
    told, is_full = list[LinkEvent](), True
    ledger = Ledger(told.append)

    async def refuse() -> None:
        if is_full:
            raise StorageError("storage.full")

    async def write() -> None:
        pass

    ledger.do(refuse, row="large")
    ledger.do(write, row="small")
    await ledger.settle()
    assert NoticeCleared("storage.full") not in told
    is_full = False
    ledger.do(write, row="small")
    await ledger.settle()
    assert told[-1] == NoticeCleared("storage.full")


async def test_the_notice_of_a_row_that_nobody_waits_for_goes_with_the_others():
    told, is_full = list[LinkEvent](), True
    ledger = Ledger(told.append)

    async def write() -> None:
        if is_full:
            raise StorageError("storage.full")

    ledger.do(write, writes="", row="a")
    await ledger.settle()
    is_full = False
    ledger.do(write, row="b")
    await ledger.settle()
    assert told[-1] == NoticeCleared("storage.full")
