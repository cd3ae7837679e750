"""A session begins with a configuration, and ends in words."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.utils import accept_key

from desktop_app.client import json_socket
from desktop_app.client.json_socket import JsonSocket, open_json_socket
from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError
from tests.fakes.backboard import ScriptedBackboard
from tests.fakes.raw_server import RawServer
from tests.fakes.session_server import SessionServer

BEGIN = {"type": "session.begin", "session_id": "s"}


@pytest.fixture
async def server() -> AsyncIterator[SessionServer]:
    async with SessionServer().running() as running:
        yield running


async def opened(server: SessionServer, **options: Any) -> JsonSocket:
    url = server.base_url.replace("http", "ws") + "/x?api_key=secret"
    return await open_json_socket(url, {"thread_id": "t"}, **options)


async def refused(server: SessionServer, **options: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        await opened(server, **options)
    written = "".join(traceback.format_exception(caught.value))
    assert "secret" not in written
    return caught.value


async def test_the_configuration_goes_first_and_the_beginning_is_kept(server: SessionServer):
    server.opening = [{**BEGIN, "new": [1]}]
    socket = await opened(server, headers={"X-API-Key": "k"})
    assert socket.begin == {**BEGIN, "new": [1]}
    assert server.configuration == {"thread_id": "t"}
    assert server.headers["x-api-key"] == "k"
    await socket.send({"a": 1})
    await socket.send_sound(b"\x00\x01")
    assert [await server.hears(), await server.hears()] == [{"a": 1}, b"\x00\x01"]
    await socket.aclose()
    await socket.aclose()
    await server.is_left()


async def test_events_come_until_the_server_closes(server: SessionServer):
    socket = await opened(server)
    await server.say({"type": "a"}, "no json", "[1]", "[" * 9_000, b'{"a":"\xff"}', {"type": "b"})
    await server.close()
    assert [event async for event in socket.events()] == [{"type": "a"}, {"type": "b"}]


async def test_events_end_when_we_close(server: SessionServer):
    socket = await opened(server)
    await socket.aclose()
    assert [event async for event in socket.events()] == []


async def test_a_connection_that_breaks_is_lost_and_a_policy_close_is_a_refused_key(
    server: SessionServer,
):
    socket = await opened(server)
    await server.vanish()
    with pytest.raises(NetworkError) as caught:
        _ = [event async for event in socket.events()]
    assert (caught.value.code, caught.value.retryable) == ("network.lost", True)
    with pytest.raises(NetworkError):
        await socket.send({})
    socket = await opened(server)
    await server.close(1008, "Wrong key.")
    with pytest.raises(AccessError, match=r"Wrong key\."):
        _ = [event async for event in socket.events()]


async def test_a_server_that_says_nothing_for_too_long_is_given_up(server: SessionServer):
    socket = await opened(server)
    with pytest.raises(NetworkError) as caught:
        await anext(socket.events(idle_s=0.01))
    assert caught.value.code == "network.timeout"
    await socket.aclose()


@pytest.mark.parametrize(
    ("opening", "kind", "code", "text"),
    [
        (
            [{"type": "error", "message": "No thread."}],
            NetworkError,
            "session.refused",
            "No thread.",
        ),
        ([{"type": "error"}], NetworkError, "session.refused", "The server refused the session."),
        (
            [{"type": "error", "error": "Bad key", "code": 401}],
            AccessError,
            "access.refused",
            "Bad key",
        ),
        ([{"type": "other"}], ProtocolError, "session.malformed", ""),
        (["no json"], ProtocolError, "session.malformed", ""),
    ],
)
async def test_a_session_that_does_not_begin_says_why(
    server: SessionServer, opening: list[Any], kind: type[AppError], code: str, text: str
):
    server.opening = opening
    error = await refused(server)
    assert isinstance(error, kind)
    assert error.code == code
    assert text in str(error)
    await server.is_left()


async def test_a_server_that_refuses_before_it_is_asked_says_why():
    async with RawServer().running() as server, asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(_refusal_of(server.url))
        line = await server.line()
        key = re.search(rb"(?i)sec-websocket-key: (\S+)", await line.head())
        assert key is not None
        said = Frame(Opcode.TEXT, b'{"type":"error","message":"Too many sessions."}')
        goodbye = Frame(Opcode.CLOSE, Close(1000, "").serialize())
        await line.say(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: "
            + accept_key(key[1].decode()).encode()
            + b"\r\n\r\n"
            + said.serialize(mask=False)
            + goodbye.serialize(mask=False)
        )
        await line.is_left()
    assert (opening.result().code, str(opening.result())) == (
        "session.refused",
        "Too many sessions.",
    )


async def _refusal_of(url: str) -> AppError:
    with pytest.raises(AppError) as caught:
        await open_json_socket(url.replace("http", "ws"), {})
    return caught.value


async def test_events_before_the_beginning_are_kept_in_order_up_to_a_bound(
    server: SessionServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(json_socket, "MAX_EARLY_EVENTS", 2)
    early = [{"type": "a"}, {"type": "b"}]
    server.opening = [*early, BEGIN]
    socket = await opened(server, takes_early_events=True)
    await server.say({"type": "c"})
    events = socket.events()
    assert [await anext(events) for _ in range(3)] == [*early, {"type": "c"}]
    await socket.aclose()
    server.opening = [*early, {"type": "c"}, BEGIN]
    assert (await refused(server, takes_early_events=True)).code == "session.malformed"


async def test_an_error_after_other_events_aborts(server: SessionServer):
    server.opening = [{"type": "a"}, {"type": "error", "message": "No model."}]
    assert str(await refused(server, takes_early_events=True)) == "No model."


async def test_a_beginning_has_a_limit(server: SessionServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_socket, "BEGIN_WITHIN_S", 0.05)
    server.opening = []
    error = await refused(server)
    assert (error.code, error.retryable) == ("network.timeout", True)
    await server.is_left()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "access.refused"), (403, "access.refused"), (503, "http.503")]
)
async def test_a_refused_handshake_says_why(server: SessionServer, status: int, code: str):
    server.status = HTTPStatus(status)
    assert (await refused(server)).code == code


async def test_nobody_there_and_no_address_are_said_without_the_key():
    async with ScriptedBackboard().running() as gone:
        url = gone.base_url.replace("http", "ws") + "?api_key=secret"
    for address, code in (
        (url, "network.unreachable"),
        ("wss:///x?api_key=secret", "session.malformed"),
        ("ftp://x?api_key=secret", "session.malformed"),
    ):
        with pytest.raises(AppError) as caught:
            await open_json_socket(address, {})
        assert caught.value.code == code
        assert "secret" not in "".join(traceback.format_exception(caught.value))


async def test_nobody_but_who_holds_the_line_gives_up_a_server_whose_answers_wait_behind_speech(
    server: SessionServer,
):
    socket = await opened(server)
    assert socket._socket.ping_interval is None
    await socket.ping()
    await socket.aclose()
