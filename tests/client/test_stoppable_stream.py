"""A run is stopped although its turn was left before the server had said the run's name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from desktop_app.client import stoppable_stream
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.http_connection import Delivery
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import open_messages
from desktop_app.client.stoppable_stream import StoppableStream
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.commands import CancelReply, ConfigureSession, PromptText, TurnWishes
from desktop_app.protocol.events import ReplyEnded, ReplyStatus, ReplyText, SessionReady
from desktop_app.protocol.stream_dialect import StreamDialect
from desktop_app.protocol.wav_stream import wav_file
from tests.fakes.backboard import ScriptedBackboard, Stream
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker, ScriptedTranscriber
from tests.fakes.raw_server import RawServer
from tests.service.conftest import KEY, LIMIT_S, service

FORGETFUL = MessageTerms(MessageRequest(memory="off"))


class Rig:
    """A transport, its server and its reader."""

    def __init__(self, backboard, transport):
        self.backboard = backboard
        self.transport = transport
        self.events = transport.events()

    async def hears(self):
        async with asyncio.timeout(LIMIT_S):
            return await anext(self.events)

    async def prompt(self, turn: int) -> Stream:
        await self.transport.send(PromptText(turn, "Hi"))
        stream = await self.backboard.stream()
        await self.backboard.request()
        return stream

    async def stop(self, turn: int) -> None:
        await self.transport.send(CancelReply(turn))
        assert await self.hears() == ReplyEnded(turn, ReplyStatus.CANCELLED)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with (
        ScriptedBackboard().running() as backboard,
        BackboardApi(ApiAddress(backboard.base_url, "k")) as api,
    ):
        transport = await open_messages(api, ConfigureSession("t", None, None))
        rig = Rig(backboard, transport)
        assert await rig.hears() == SessionReady("t")
        yield rig
        await transport.aclose()


async def test_a_run_is_stopped_as_soon_as_it_has_a_name(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("user_message", thread_id="t")
    await rig.stop(1)
    following = await rig.prompt(2)
    rig.backboard.answer({"cancelled": True})
    await stream.say("content_streaming", content="of a turn that is over")
    await stream.say("run_started", run_id="r")
    assert (await rig.backboard.request()).path == "/api/threads/t/runs/r/cancel"
    await stream.is_left()
    await following.say("content_streaming", content="x")
    assert await rig.hears() == ReplyText(2, "x")


async def test_a_reply_that_is_over_before_it_has_a_name_is_left_alone(rig: Rig):
    stream = await rig.prompt(1)
    await rig.stop(1)
    await stream.say("message_saved", run_id="r")
    await stream.is_left()
    assert len(rig.backboard.asked) == 1


async def test_a_name_is_not_waited_for_longer_than_a_while(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stoppable_stream, "NAMED_WITHIN_S", 0.05)
    stream = await rig.prompt(1)
    await rig.stop(1)
    await stream.is_left()
    assert len(rig.backboard.asked) == 1


async def test_a_conversation_that_closes_leaves_the_run_alone(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("stt_stream_start")
    await rig.transport.aclose()
    await stream.is_left()
    assert len(rig.backboard.asked) == 1


async def test_what_nobody_wants_any_more_is_not_tried_again():
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with RawServer().running() as server:
        async with BackboardApi(ApiAddress(server.url + "api", "k"), sleep=pause) as api:

            def ask(_thread_id: str, delivery: Delivery) -> AsyncGenerator[bytes, None]:
                return api.messages.stream(MessageRequest(content="Hi"), delivery=delivery)

            followed = StoppableStream(api, StreamDialect(1), "t", ask)
            async with aclosing(followed.pieces()) as pieces, asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(anext(pieces))
                line = await server.line()
                await line.head()
                followed.stop()
                reading.cancel()
            await line.say(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
        assert (pauses, server.lines) == ([], 1)


class HeldTranscriber(ScriptedTranscriber):
    """Is told to stop, or hears for ever."""

    def __init__(self) -> None:
        super().__init__("builtin")
        self.has_begun, self.is_over = asyncio.Event(), asyncio.Event()

    async def transcribe(self, recording, wish):
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
            yield
        finally:
            self.is_over.set()


class PcmSpeaker(ScriptedSpeaker):
    """Speaks as conversations want it."""

    def content_type(self, wish):
        return "audio/pcm;rate=24000"


@asynccontextmanager
async def conversation(rig) -> AsyncIterator[Rig]:
    """With the real service, in a thread that is there already."""
    address = ApiAddress(rig.addresses.api, KEY)
    async with BackboardApi(address) as api:
        transport = await open_messages(
            api, ConfigureSession(await rig.thread(), None, None), FORGETFUL
        )
        talk = Rig(None, transport)
        await talk.hears()
        yield talk
        await transport.aclose()


async def test_nobody_is_asked_about_a_recording_that_was_stopped_while_it_was_heard(tmp_path):
    (tmp_path / "question.wav").write_bytes(wav_file(bytes(32_000), 16_000))
    wishes = TurnWishes(recording=str(tmp_path / "question.wav"), is_spoken=True)
    ear, mouth = HeldTranscriber(), PcmSpeaker("builtin")
    providers = ScriptedProviders(transcribers={"builtin": ear}, speakers={"builtin": mouth})
    async with service(tmp_path / "data", providers) as rig, conversation(rig) as talk:
        await talk.transport.send(PromptText(1, "", wishes))
        async with asyncio.timeout(LIMIT_S):
            await ear.has_begun.wait()
            await talk.stop(1)
            await talk.transport.send(PromptText(2, "And now?"))
            await ear.is_over.wait()
            while not isinstance(await talk.hears(), ReplyEnded):
                pass
        asked = [request.history[-1].content for request in providers.language.requests]
        assert (asked, mouth.spoken) == (["And now?"], [])
