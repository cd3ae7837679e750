"""A server is asked whether it is there where a stream that it has begun says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.client import reach
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.client.reach import Reach
from desktop_app.errors import NetworkError
from desktop_app.protocol.commands import ConfigureSession, PromptText
from desktop_app.protocol.events import ReplyText, SessionReady
from tests.fakes.raw_server import Line, RawServer

_ANSWER = b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with RawServer().running() as running:
        yield running


async def _answering(server: RawServer) -> tuple[BackboardApi, MessageTransport, Line]:
    """A conversation in which a reply has begun."""
    api = BackboardApi(ApiAddress(server.url, "k"))
    transport = await open_messages(api, ConfigureSession("t", None, None))
    await transport.send(PromptText(1, "Hi"))
    line = await server.line()
    await line.head()
    await transport.sign_of_life()  # at once: the server has not begun to answer
    words = b'data: {"type": "content_streaming", "content": "a"}\n\n'
    size = f"{len(words):x}".encode()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    await line.say(head + size + b"\r\n" + words + b"\r\n")
    async with asyncio.timeout(5):
        async for event in transport.events():
            if isinstance(event, ReplyText):
                break
            assert not isinstance(event, SessionReady) or event.session_id == "t"
    return api, transport, line


async def test_a_silent_stream_is_alive_once_its_server_has_answered_anything(server: RawServer):
    api, transport, _ = await _answering(server)
    life = asyncio.create_task(transport.sign_of_life())
    asked = await server.line()
    assert (await asked.head()).startswith(b"HEAD / HTTP/1.1\r\n")
    assert not life.done()
    await asked.say(_ANSWER)
    async with asyncio.timeout(5):
        await life
        await transport.sign_of_life()  # at once: it is trusted now
    assert server.lines == 2
    await transport.aclose()
    await api.aclose()


async def test_a_server_that_hangs_up_on_the_question_is_asked_again(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reach, "_AGAIN_AFTER_S", 0.01)
    api, transport, _ = await _answering(server)
    life = asyncio.create_task(transport.sign_of_life())
    first = await server.line()
    await first.head()
    first.reset()
    second = await server.line()
    assert not life.done()
    await second.head()
    await second.say(_ANSWER)
    async with asyncio.timeout(5):
        await life
    await transport.aclose()
    await api.aclose()


async def test_who_answers_is_asked_less_and_less_until_the_stream_goes_on():
    now_s, asked_at = 0.0, list[float]()

    async def ask() -> None:
        asked_at.append(now_s)

    reach_of = Reach(ask, lambda: now_s)
    for second in range(61):
        now_s = float(second)
        await reach_of.felt()
    assert asked_at == [0, 1, 3, 7, 15, 30, 45, 60]
    reach_of.heard()
    await reach_of.felt()
    now_s = 61.0
    await reach_of.felt()
    assert asked_at[-2:] == [60, 61]


async def test_who_did_not_answer_is_not_trusted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reach, "_AGAIN_AFTER_S", 0.0)
    failures = [NetworkError("network.unreachable", retryable=True)] * 3
    tries = 0

    async def ask() -> None:
        nonlocal tries
        tries += 1
        if failures:
            raise failures.pop()

    await Reach(ask, lambda: 0.0).felt()
    assert tries == 4
