"""Typed turns over event streams: one request each, one after the other, cancellable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop_app.client import message_transport
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ConfigureSession,
    DiscardAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    SessionReady,
)
from tests.fakes.backboard import ScriptedBackboard, Stream


class Rig:
    """A transport, its server and its reader."""

    def __init__(self, backboard: ScriptedBackboard, transport: MessageTransport) -> None:
        self.backboard = backboard
        self.transport = transport
        self.events = transport.events()

    async def hears(self, count: int) -> list[ServerEvent]:
        async with asyncio.timeout(5):
            return [await anext(self.events) for _ in range(count)]

    async def prompt(self, turn: int, text: str = "Hi") -> Stream:
        await self.transport.send(PromptText(turn, text))
        return await self.backboard.stream()

    async def fault(self) -> ServerFault:
        (event,) = await self.hears(1)
        assert isinstance(event, ServerFault)
        return event


async def rig_for(thread_id: str, **options: Any) -> AsyncIterator[Rig]:
    async with (
        ScriptedBackboard().running() as backboard,
        BackboardApi(ApiAddress(backboard.base_url, "k")) as api,
    ):
        transport = await open_messages(api, ConfigureSession(thread_id), **options)
        rig = Rig(backboard, transport)
        assert await rig.hears(1) == [SessionReady(thread_id)]
        yield rig
        await transport.aclose()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async for made in rig_for("t"):
        yield made


async def test_a_prompt_is_one_request_and_its_stream_is_the_reply(rig: Rig):
    stream = await rig.prompt(1)
    assert rig.backboard.asked[0].body == {
        "content": "Hi",
        "thread_id": "t",
        "memory": "Auto",
        "stream": True,
    }
    await stream.say("run_started", run_id="r")
    await stream.say("content_streaming", content="Hello")
    await stream.say("run_ended", status="completed")
    await stream.end()
    assert await rig.hears(3) == [
        ReplyStarted(1, run_id="r"),
        ReplyText(1, "Hello"),
        ReplyEnded(1),
    ]


async def test_prompts_are_answered_one_after_the_other(rig: Rig):
    first = await rig.prompt(1, "a")
    await rig.transport.send(PromptText(2, "b"))
    await first.say("message_saved")
    assert len(rig.backboard.asked) == 1
    await first.end()
    assert await rig.hears(1) == [ReplyEnded(1)]
    await (await rig.backboard.stream()).end()
    assert rig.backboard.asked[1].body["content"] == "b"
    assert (await rig.fault()).code == "stream.ended_early"


async def test_a_complete_reply_is_not_held_up_by_an_open_stream(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(message_transport, "GRACE_S", 0.05)
    stream = await rig.prompt(1)
    await stream.say("content_streaming", content="a")
    await stream.say("run_ended")
    assert await rig.hears(2) == [ReplyText(1, "a"), ReplyEnded(1)]
    await stream.is_left()


async def test_a_cancelled_reply_ends_at_once_and_its_run_is_stopped(rig: Rig):
    stream = await rig.prompt(1)
    await rig.backboard.request()
    await stream.say("run_started", run_id="r")
    assert await rig.hears(1) == [ReplyStarted(1, run_id="r")]
    rig.backboard.answer({"cancelled": True})
    await rig.transport.send(CancelReply(1))
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    assert (await rig.backboard.request()).path == "/api/threads/t/runs/r/cancel"
    await stream.is_left()


async def test_a_prompt_cancelled_before_its_turn_is_never_sent(rig: Rig):
    first = await rig.prompt(1)
    await rig.transport.send(PromptText(2, "b"))
    await rig.transport.send(CancelReply(2))
    assert await rig.hears(1) == [ReplyEnded(2, ReplyStatus.CANCELLED)]
    await first.say("message_saved")
    await first.end()
    assert await rig.hears(1) == [ReplyEnded(1)]
    assert len(rig.backboard.asked) == 1


async def test_a_prompt_cancelled_at_once_makes_room_for_the_next(rig: Rig):
    await rig.transport.send(PromptText(1, "a"))
    await rig.transport.send(CancelReply(1))
    await rig.transport.send(CancelReply(9))
    stream = await rig.prompt(2, "b")
    await stream.say("content_streaming", content="x")
    assert await rig.hears(2) == [ReplyEnded(1, ReplyStatus.CANCELLED), ReplyText(2, "x")]


async def test_a_run_that_cannot_be_stopped_is_not_news(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("run_started", run_id="r")
    await rig.hears(1)
    await rig.backboard.request()
    rig.backboard.answer({"detail": "no"}, status=500)
    await rig.transport.send(CancelReply(1))
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    assert (await rig.backboard.request()).path.endswith("/cancel")
    await (await rig.prompt(2)).say("content_streaming", content="x")
    assert await rig.hears(1) == [ReplyText(2, "x")]


async def test_a_refused_request_is_a_fault_and_the_next_is_sent(rig: Rig):
    rig.backboard.answer({"detail": "broken"}, status=500)
    await rig.transport.send(PromptText(1, "a"))
    fault = await rig.fault()
    assert (fault.turn, fault.code, fault.is_retryable) == (1, "http.500", True)
    rig.backboard.answer({"detail": "no key"}, status=401)
    await rig.transport.send(PromptText(2, "b"))
    fault = await rig.fault()
    assert (fault.turn, fault.code, fault.is_fatal) == (2, "access.refused", True)


async def test_a_thread_that_the_server_has_lost_is_made_anew_and_asked_once_more():
    async def renew_thread() -> str:
        return "new"

    async for rig in rig_for("old", renew_thread=renew_thread):
        rig.backboard.answer({"detail": "Thread not found"}, status=404)
        stream = await rig.prompt(1)
        await stream.say("content_streaming", content="Here.")
        assert (await rig.hears(1))[-1] == ReplyText(1, "Here.")
        assert rig.transport.thread_id == "new"


async def test_a_stream_that_breaks_after_text_is_incomplete(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("content_streaming", content="a")
    assert await rig.hears(1) == [ReplyText(1, "a")]
    stream.vanish()
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.INCOMPLETE)]


async def test_the_thread_that_the_server_made_is_kept():
    async for rig in rig_for("", request=MessageRequest(memory="Auto")):
        stream = await rig.prompt(1)
        await stream.say("user_message", thread_id="made")
        await stream.say("message_saved")
        await stream.end()
        await rig.hears(1)
        assert rig.transport.thread_id == "made"
        await rig.prompt(2)
        first, second = (asked.body for asked in rig.backboard.asked)
        assert (first["memory"], "thread_id" in first) == ("Auto", False)
        assert second["thread_id"] == "made"


async def test_a_fast_server_waits_for_a_slow_reader(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(message_transport, "MAX_NEWS", 2)
    stream = await rig.prompt(1)
    for number in range(50):
        await stream.say("content_streaming", content=f"{number} ")
    await stream.end()
    text = [event.text for event in await rig.hears(50) if isinstance(event, ReplyText)]
    assert "".join(text) == "".join(f"{number} " for number in range(50))


async def test_sound_has_no_words_here(rig: Rig):
    await rig.transport.send(DiscardAudio(1))
    with pytest.raises(ValueError, match="AppendAudio"):
        await rig.transport.send(AppendAudio(1, b""))


async def test_another_configuration_is_ready_at_once(rig: Rig):
    await rig.transport.send(ConfigureSession("u"))
    assert await rig.hears(1) == [SessionReady("u")]
    await rig.prompt(1)
    assert rig.backboard.asked[0].body["thread_id"] == "u"


async def test_closing_in_mid_reply_ends_the_events(rig: Rig):
    stream = await rig.prompt(1)
    await rig.transport.aclose()
    await rig.transport.aclose()
    assert [event async for event in rig.events] == []
    await stream.is_left()
