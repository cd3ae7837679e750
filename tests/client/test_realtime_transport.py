"""The realtime socket as a line of the engine, against a peer whose every frame is the test's."""

from __future__ import annotations

import array
import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from desktop_app.client import realtime_transport
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.realtime_transport import RealtimeTerms, open_realtime
from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    SpeechOutput,
    SubmitToolOutputs,
    ToolOutput,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStatus,
    ReplyText,
    SessionReady,
    ToolsRequested,
    TranscriptUpdated,
)
from tests.fakes.session_server import SessionServer

TERMS = RealtimeTerms("openai", "gpt-realtime", "verse", resample_capture, resample_speech)
HALF_SECOND = b"\x00\x10" * 8_000
LIMIT_S = 5.0


def sound_format(rate_hz, encoding="pcm16"):
    return {"encoding": encoding, "sample_rate": rate_hz, "channels": 1}


class Line:
    def __init__(self, server, transport):
        self.server = server
        self.transport = transport
        self._events = transport.events()

    async def next(self):
        async with asyncio.timeout(LIMIT_S):
            return await anext(self._events)

    async def until(self, kind):
        told = [await self.next()]
        while not isinstance(told[-1], kind):
            told.append(await self.next())
        return told

    async def hears_until(self, frame):
        sound = b""
        while (heard := await self.server.hears()) != frame:
            sound += heard
        return sound


@asynccontextmanager
async def line_to(rate_in=24_000, rate_out=24_000, configuration=None, **begin):
    async with SessionServer().running() as server:
        server.opening[0] |= {
            "input_format": sound_format(rate_in),
            "output_format": sound_format(rate_out),
            **begin,
        }
        address = ApiAddress(server.base_url, "key")
        async with BackboardApi(address) as api:
            transport = await open_realtime(
                api, address, configuration or ConfigureSession("t"), TERMS
            )
            try:
                line = Line(server, transport)
                assert (await line.next()).session_id == "t"
                yield line
            finally:
                await transport.aclose()


async def test_the_session_is_opened_with_the_model_the_voice_and_explicit_commits():
    spoken = ConfigureSession("t", speech_output=SpeechOutput(speed=1.25))
    async with line_to(configuration=spoken) as line:
        assert line.server.configuration == {
            "provider": "openai",
            "model": "gpt-realtime",
            "thread_id": "t",
            "provider_options": {
                "turn_detection": None,
                "language": "en",
                "voice": "verse",
                "speed": 1.25,
            },
        }


async def test_a_voice_that_was_chosen_goes_before_the_usual_one():
    spoken = ConfigureSession("t", speech_output=SpeechOutput(voice="ash"))
    async with line_to(configuration=spoken) as line:
        assert line.server.configuration["provider_options"]["voice"] == "ash"


async def test_who_hears_and_speaks_is_told_with_the_readiness():
    async with SessionServer().running() as server:
        address = ApiAddress(server.base_url, "key")
        async with BackboardApi(address) as api:
            transport = await open_realtime(api, address, ConfigureSession("t"), TERMS)
            name = "openai/gpt-realtime"
            assert await anext(transport.events()) == SessionReady(
                "t", heard_by=name, spoken_by=name, lifetime_s=3_600.0
            )
            await transport.aclose()


async def test_a_limit_that_the_server_tells_is_told():
    async with SessionServer().running() as server:
        server.opening[0] |= {"max_duration_seconds": 30}
        address = ApiAddress(server.base_url, "key")
        async with BackboardApi(address) as api:
            transport = await open_realtime(api, address, ConfigureSession("t"), TERMS)
            assert (await anext(transport.events())).lifetime_s == 30
            await transport.aclose()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 48_000])
async def test_what_is_said_arrives_whole_at_the_rate_that_the_session_names(rate_hz):
    async with line_to(rate_in=rate_hz) as line:
        for _ in range(2):  # a second utterance begins anew
            await line.transport.send(AppendAudio(1, HALF_SECOND))
            await line.transport.send(CommitAudio(1))
            sound = await line.hears_until({"type": "commit"})
            assert abs(len(sound) // 2 - rate_hz // 2) <= 2
            middle = array.array("h", sound)[rate_hz // 8 : rate_hz // 4]
            assert all(abs(sample - 0x1000) < 40 for sample in middle)


async def test_what_is_answered_is_told_at_our_rate():
    async with line_to(rate_out=48_000) as line:
        await line.transport.send(CommitAudio(1))
        pcm = b"\x00\x10" * 24_000
        await line.server.say(
            {"type": "transcript.final", "role": "user", "text": "Hi"},
            {"type": "audio.delta", "data": base64.b64encode(pcm).decode()},
            {"type": "response.done"},
        )
        told = await line.until(ReplyEnded)
        sound = b"".join(one.pcm for one in told if isinstance(one, ReplyAudio))
        assert abs(len(sound) // 2 - 12_000) <= 2


async def test_bar_24_words_are_told_before_the_next_tenth_of_a_second_is_spoken():
    tenth = b"\x00\x10" * 1_600
    async with line_to(rate_in=16_000) as line:
        for number in range(1, 11):
            await line.transport.send(AppendAudio(1, tenth))
            assert await line.server.hears() == tenth, "the last syllable is with the peer"
            words = " ".join(["word"] * number)
            await line.server.say({"type": "transcript.partial", "role": "user", "text": words})
            assert await line.next() == TranscriptUpdated(1, words)
        await line.transport.send(CommitAudio(1))
        await line.server.say({"type": "transcript.final", "role": "user", "text": "All words."})
        assert await line.next() == TranscriptUpdated(1, "All words.", is_final=True)


async def test_a_session_without_plain_samples_is_refused_and_left():
    with pytest.raises(ProtocolError, match="g711"):
        async with line_to(input_format=sound_format(8_000, "g711_ulaw")):
            pass


async def test_stopping_a_reply_tells_the_peer_and_ends_the_turn_at_once():
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        await line.server.say({"type": "text.delta", "text": "No", "response_id": "r"})
        await line.until(ReplyText)
        await line.transport.send(CancelReply(1))
        assert await line.next() == ReplyEnded(1, ReplyStatus.CANCELLED)
        await line.hears_until({"type": "commit"})
        assert await line.server.hears() == {"type": "cancel"}


async def test_an_utterance_that_was_not_meant_gets_no_words_and_no_reply():
    async with line_to() as line:
        await line.transport.send(AppendAudio(1, HALF_SECOND))
        await line.transport.send(DiscardAudio(1))
        await line.hears_until({"type": "commit"})
        await line.server.say(
            {"type": "transcript.final", "role": "user", "text": "cough"},
            {"type": "text.delta", "text": "Bless you", "response_id": "r"},
        )
        assert await line.server.hears() == {"type": "cancel"}
        await line.server.say(
            {"type": "response.done", "status": "cancelled", "response_id": "r"},
        )
        await line.transport.send(CommitAudio(2))
        await line.server.say({"type": "transcript.final", "role": "user", "text": "Hi"})
        assert await line.next() == TranscriptUpdated(2, "Hi", is_final=True)


async def test_the_outputs_of_functions_go_back_with_their_names():
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        call = {"type": "tool.call", "tool_call_id": "1", "name": "time", "arguments": "{}"}
        await line.server.say(call | {"response_id": "r"})
        asked = (await line.until(ToolsRequested))[-1]
        assert (asked.run_id, asked.calls[0].name) == ("r", "time")
        await line.transport.send(SubmitToolOutputs(1, "r", (ToolOutput("1", "noon"),)))
        await line.hears_until({"type": "commit"})
        assert await line.server.hears() == {
            "type": "tool.outputs",
            "outputs": [{"tool_call_id": "1", "name": "time", "output": "noon"}],
        }


async def test_a_reply_whose_end_is_never_said_ends_once_it_is_billed(monkeypatch):
    monkeypatch.setattr(realtime_transport, "ACCOUNTED_GRACE_S", 0.0)
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        await line.server.say(
            {"type": "x", "text": "Yes", "role": "assistant"},
            {"type": "y", "billing": {"charged_usd": "0.5"}},
        )
        ended = (await line.until(ReplyEnded))[-1]
        assert (ended.status, ended.usage.cost_usd) == (ReplyStatus.COMPLETED, 0.5)


async def test_a_peer_that_is_there_gives_a_sign_of_life_and_one_that_is_gone_does_not():
    async with line_to() as line:
        async with asyncio.timeout(LIMIT_S):
            await line.transport.sign_of_life()
        await line.server.vanish()
        with pytest.raises(NetworkError, match="connection"):
            await line.next()
        with pytest.raises(NetworkError):
            await line.transport.sign_of_life()


REPLY = (
    {"type": "text.delta", "text": "One", "response_id": "r", "item_id": "i1"},
    {"type": "audio.delta", "data": base64.b64encode(bytes(48_000)).decode(), "item_id": "i1"},
    {"type": "audio.delta", "data": base64.b64encode(bytes(48_000)).decode(), "item_id": "i2"},
)


@pytest.mark.parametrize("is_over", [False, True])
async def test_the_provider_is_told_how_much_of_each_item_was_heard(is_over):
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        end = {"type": "response.done", "status": "completed", "response_id": "r"}
        await line.server.say(*REPLY, *([end] if is_over else []))
        await line.until(ReplyEnded if is_over else ReplyAudio)
        if not is_over:
            await line.until(ReplyAudio)
        await line.transport.send(CancelReply(1, heard_ms=700))
        await line.hears_until({"type": "commit"})
        if not is_over:
            assert await line.server.hears() == {"type": "cancel"}
        for item_id, heard_ms in (("i1", 700), ("i2", 0)):
            assert await line.server.hears() == {
                "type": "provider.event",
                "event": {
                    "type": "conversation.item.truncate",
                    "item_id": item_id,
                    "content_index": 0,
                    "audio_end_ms": heard_ms,
                },
            }


async def test_a_reply_that_was_heard_to_its_end_is_not_truncated():
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        await line.server.say(*REPLY, {"type": "response.done", "response_id": "r"})
        await line.until(ReplyEnded)
        await line.transport.send(CancelReply(1, heard_ms=2_000))
        await line.transport.send(CommitAudio(2))
        await line.hears_until({"type": "commit"})
        assert await line.server.hears() == {"type": "commit"}


async def test_a_provider_of_unknown_words_is_only_told_to_stop(monkeypatch):
    monkeypatch.setattr(f"{__name__}.TERMS", replace(TERMS, provider="google"))
    async with line_to() as line:
        await line.transport.send(CommitAudio(1))
        await line.server.say(*REPLY)
        await line.until(ReplyAudio)
        await line.transport.send(CancelReply(1, heard_ms=700))
        await line.hears_until({"type": "commit"})
        assert await line.server.hears() == {"type": "cancel"}
        await line.transport.send(CommitAudio(2))
        assert await line.server.hears() == {"type": "commit"}
