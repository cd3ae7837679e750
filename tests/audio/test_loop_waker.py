"""A loop that another thread wakes."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from desktop_app.audio.loop_waker import LoopWaker
from tests.fakes.virtual_time import rounds


class UnwatchedLoop(asyncio.SelectorEventLoop):
    """A loop that watches no sockets for others, as the one of Windows."""

    def add_reader(self, _fd: Any, _call: Callable[..., Any], *_args: Any) -> None:
        raise NotImplementedError  # as asyncio's own does there


@pytest.fixture(params=["counter", "sockets", "unwatched"])
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    if request.param == "sockets":
        monkeypatch.delattr(os, "eventfd", raising=False)  # as on other systems than Linux
    unwatched = request.param == "unwatched"
    loop_factory = UnwatchedLoop if unwatched else asyncio.SelectorEventLoop
    with asyncio.Runner(loop_factory=loop_factory) as running:
        yield running


def on_thread(call: Callable[[], None]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def test_a_waiting_loop_is_woken_from_another_thread(runner: asyncio.Runner):
    async def wait() -> None:
        woken = asyncio.Event()
        waker = LoopWaker(asyncio.get_running_loop(), woken.set)
        timer = threading.Timer(0.02, waker.wake)
        timer.start()
        await asyncio.wait_for(woken.wait(), 5)
        timer.join()
        waker.close()

    runner.run(wait())


def test_what_is_asked_for_before_the_loop_calls_is_one_call(runner: asyncio.Runner):
    async def count() -> list[int]:
        calls: list[int] = []
        waker = LoopWaker(asyncio.get_running_loop(), lambda: calls.append(1))
        counts = []
        for _ in range(2):
            on_thread(lambda: [waker.wake() for _ in range(3)] and None)
            await rounds()
            counts.append(len(calls))
        waker.close()
        return counts

    assert runner.run(count()) == [1, 2]


def test_who_is_called_may_change(runner: asyncio.Runner):
    async def change() -> list[str]:
        calls: list[str] = []
        waker = LoopWaker(asyncio.get_running_loop(), lambda: calls.append("first"))
        on_thread(waker.wake)
        waker.call = lambda: calls.append("second")
        await rounds()
        waker.close()
        return calls

    assert runner.run(change()) == ["second"]


def test_a_closed_one_calls_nothing_and_may_be_asked_by_a_thread_that_does_not_know(
    runner: asyncio.Runner,
):
    async def close() -> list[int]:
        calls: list[int] = []
        waker = LoopWaker(asyncio.get_running_loop(), lambda: calls.append(1))
        on_thread(waker.wake)
        waker.close()
        waker.close()
        on_thread(waker.wake)
        await rounds()
        return calls

    assert runner.run(close()) == []


def test_a_loop_is_woken_where_no_more_files_can_be_opened(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
):
    def none_left(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    async def wait() -> None:
        woken = asyncio.Event()
        with monkeypatch.context() as patched:
            patched.setattr(socket, "socketpair", none_left)
            patched.setattr(os, "eventfd", none_left, raising=False)
            waker = LoopWaker(asyncio.get_running_loop(), woken.set)
        on_thread(waker.wake)
        await asyncio.wait_for(woken.wait(), 5)
        waker.close()

    runner.run(wait())
