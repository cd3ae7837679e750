"""One thread, one thing after the other."""

import asyncio
import threading

import pytest

from desktop_app.database.worker import Worker


@pytest.fixture
def worker():
    made = Worker("the worker")
    yield made
    made.close()


async def test_everything_is_done_in_order_on_one_named_thread(worker):
    done = []
    for number in range(20):
        worker.post(lambda number=number: done.append((number, threading.current_thread())))
    last = await worker.run(threading.current_thread)
    assert done == [(number, last) for number in range(20)]
    assert last.name.startswith("the worker")


async def test_what_the_work_raises_reaches_who_asked(worker):
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 / 0)


async def test_work_of_a_cancelled_caller_is_done(worker):
    is_asked = threading.Event()
    done = []
    worker.post(lambda: is_asked.wait(30))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await worker.run(lambda: done.append(1))
    is_asked.set()
    await worker.run(lambda: None)
    assert done == [1]


async def test_a_closed_worker_finishes_what_was_asked_and_takes_no_more(worker):
    is_let_go = threading.Event()
    worker.post(lambda: is_let_go.wait(30))
    last = asyncio.ensure_future(worker.run(lambda: 3))
    await asyncio.sleep(0)
    worker.close()
    is_let_go.set()
    assert await last == 3
    with pytest.raises(RuntimeError):
        await worker.run(lambda: 4)
