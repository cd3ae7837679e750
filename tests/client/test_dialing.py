"""One of a host's addresses answers; no socket is left of the others, nor of who is cancelled."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from desktop_app.client import dialing
from desktop_app.client.dialing import dial

WITHIN_S = 10


@pytest.fixture
def port() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a host have these ports in place of addresses."""

    def are(*ports: int) -> None:
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one)) for one in ports]

        async def look_up(*_: Any, **__: Any) -> list[Any]:
            return rows

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)

    return are


async def reached(host: str = "host") -> int:
    async with asyncio.timeout(WITHIN_S):
        with await dial(host, 1) as made:
            peer: int = made.getpeername()[1]
    return peer


async def test_the_next_address_is_tried_where_one_refuses(found, port, unused):
    found(unused, port)
    assert await reached() == port


async def test_the_next_address_is_tried_beside_one_that_says_nothing(found, port, monkeypatch):
    monkeypatch.setattr(dialing, "SECOND_ADDRESS_AFTER_S", 0)
    connect = dialing._connected
    was_left = asyncio.Event()

    async def first_hangs(one: Any) -> socket.socket:
        if one[4][1] != port:
            try:
                await asyncio.Event().wait()
            finally:
                was_left.set()
        return await connect(one)

    monkeypatch.setattr(dialing, "_connected", first_hangs)
    found(port + 1, port)
    assert await reached() == port
    assert was_left.is_set()


async def test_what_every_address_answered_is_told(found, unused):
    found(unused)
    with pytest.raises(ConnectionRefusedError):
        await reached()
    found(unused, unused)
    with pytest.raises(OSError, match=rf"{unused}.*; .*{unused}"):
        await reached()
    found()
    with pytest.raises(OSError, match="no address"):
        await reached()


async def test_who_is_cancelled_at_the_moment_of_an_answer_leaves_no_socket(found, monkeypatch):
    made = socket.socket()

    async def answers(_: Any) -> socket.socket:
        dialling.cancel()
        return made

    monkeypatch.setattr(dialing, "_connected", answers)
    found(1)
    dialling = asyncio.create_task(dial("host", 1))
    with pytest.raises(asyncio.CancelledError):
        await dialling
    assert made.fileno() == -1


async def test_two_that_answer_at_once_leave_one(found, monkeypatch):
    monkeypatch.setattr(dialing, "SECOND_ADDRESS_AFTER_S", 0)
    made = [socket.socket(), socket.socket()]
    both = asyncio.Barrier(2)

    async def answers(one: Any) -> socket.socket:
        await both.wait()
        return made[one[4][1]]

    monkeypatch.setattr(dialing, "_connected", answers)
    found(0, 1)
    with await dial("host", 1):
        assert sorted(one.fileno() == -1 for one in made) == [False, True]
