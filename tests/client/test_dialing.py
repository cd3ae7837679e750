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
    monkeypatch.setattr(dialing, "SECOND_ADDRESS_AFTER_S", 0.001)
    loop = asyncio.get_running_loop()
    connect, left = loop.sock_connect, []

    async def first_hangs(made: socket.socket, address: Any) -> None:
        if address[1] != port:
            left.append(made)
            await asyncio.Event().wait()
        await connect(made, address)

    monkeypatch.setattr(loop, "sock_connect", first_hangs)
    found(port + 1, port)
    assert await reached() == port
    assert [one.fileno() for one in left] == [-1]


async def test_what_every_address_answered_is_told(found, unused):
    found(unused)
    with pytest.raises(ConnectionRefusedError):
        await reached()
    found(unused, unused - 1)
    with pytest.raises(OSError, match=rf"{unused}.*, .*{unused - 1}"):
        await reached()


@pytest.mark.parametrize("count", [1, 2])
async def test_who_is_cancelled_at_the_moment_of_an_answer_leaves_no_socket(
    found, monkeypatch, count
):
    loop, made = asyncio.get_running_loop(), []

    async def answers(one: socket.socket, _: Any) -> None:
        made.append(one)
        answered = loop.create_future()
        loop.call_soon(answered.set_result, None)
        loop.call_soon(dialling.cancel)
        await answered

    monkeypatch.setattr(loop, "sock_connect", answers)
    found(*range(1, count + 1))
    dialling = asyncio.create_task(dial("host", 1))
    with pytest.raises(asyncio.CancelledError):
        await dialling
    assert {one.fileno() for one in made} == {-1}
