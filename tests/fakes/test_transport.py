"""The scripted transport keeps its own promises."""

from __future__ import annotations

import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.commands import AppendAudio, CommitAudio, ConfigureSession, PromptText
from desktop_app.protocol.events import ReplyText, SessionReady
from tests.fakes import transport as scripted
from tests.fakes.transport import ScriptedServer, ScriptedTransport


async def test_what_is_said_arrives_in_order_until_the_end():
    transport = ScriptedTransport()
    transport.say(SessionReady("s"), ReplyText(1, "a"))
    transport.end()
    assert [event async for event in transport.events()] == [SessionReady("s"), ReplyText(1, "a")]


async def test_expect_skips_what_came_before_and_never_finds_it_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(scripted, "LIMIT_S", 0.01)
    transport = ScriptedTransport()
    await transport.send(AppendAudio(1, b"ab"))
    await transport.send(CommitAudio(1))
    assert await transport.expect(CommitAudio(1)) == CommitAudio(1)
    with pytest.raises(AssertionError, match="expected"):
        await transport.expect(AppendAudio)


async def test_a_lost_connection_raises_after_what_was_said():
    transport = ScriptedTransport()
    transport.say(SessionReady("s"))
    transport.lose()
    events = transport.events()
    assert await anext(events) == SessionReady("s")
    with pytest.raises(NetworkError):
        await anext(events)
    with pytest.raises(NetworkError):
        await transport.send(PromptText(1, "hi"))


async def test_the_server_hands_out_a_ready_transport_or_refuses():
    server = ScriptedServer()
    server.refusals.append(NetworkError("network.unreachable", retryable=True))
    with pytest.raises(NetworkError):
        await server(ConfigureSession("t"))
    opened = await server(ConfigureSession("t"))
    assert await server.connection() is opened
    assert await anext(aiter(opened.events())) == SessionReady("t")
    await opened.aclose()
