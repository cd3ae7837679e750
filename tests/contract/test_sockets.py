"""Both sockets, called by the official SDK and by our client: sections 8 and 9 of the API."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
import soundfile
import soxr
from websockets.exceptions import ConnectionClosed

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.realtime_socket import open_realtime_socket
from desktop_app.client.voice_socket import open_voice_socket
from desktop_app.errors import AppError
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.realtime_socket import RealtimeConfig, RealtimeOutput
from desktop_app.protocol.backboard.voice_socket import VoiceConfig
from tests.contract.callers import OWN, SDK, WEATHER, kinds, only, open_caller, words
from tests.fakes.official_sdk import BackboardAPIError

LIMIT_S = 60
FRAME_BYTES = 3_200
SOUND = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"
HEAR = {"model": "scribe_v2_realtime", "commit_strategy": "manual", "sample_rate": 16_000}
SPEAK = {"provider": "openai", "model": "tts-1", "voice": "nova"}
MODEL = {"provider": "openai", "model": "gpt-4.1"}


REFUSALS = (BackboardAPIError, AppError, ConnectionClosed)  # the SDK may find it closed already
WAITING = {"llm_provider": "openai", "model_name": "gpt-4.1", "system_prompt": "wait"}


class Session:
    """One session of either, and all that was received.

    Attributes:
        told: The session itself; what both call the same is used as it is.
    """

    def __init__(self, told: Any) -> None:
        self.told = told
        self.received: list[dict[str, Any]] = []
        self._events = told.events()
        self._is_sdk = hasattr(told, "send_json")

    async def hear(self, pcm: bytes) -> None:
        """Speech, as a microphone gives it, and its end."""
        send = self.told.send_audio if self._is_sdk else self.told.send_sound
        for at in range(0, len(pcm), FRAME_BYTES):
            await send(pcm[at : at + FRAME_BYTES])
        await self.told.commit()

    async def until(self, kind: str) -> dict[str, Any]:
        """The next event of a type; an error before it fails the test."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                event = await anext(self._events)
                plain: dict[str, Any] = msgspec.to_builtins(event)
                self.received.append(plain)
                assert plain["type"] != "error", plain
                if plain["type"] == kind:
                    return plain

    async def stop(self) -> None:
        """Silence the running reply of a voice session."""
        if self._is_sdk:
            await self.told.send_json({"type": "stop"})
        else:
            await self.told.stop()

    async def give(self, call: dict[str, Any], output: Any) -> None:
        """The output of one call."""
        given = {"tool_call_id": call["tool_call_id"], "name": call["name"], "output": output}
        if self._is_sdk:
            await self.told.submit_tool_outputs([given])
        else:
            await self.told.send_tool_outputs([RealtimeOutput(**given)])

    async def close(self) -> None:
        await (self.told.close() if self._is_sdk else self.told.aclose())


class Sockets:
    """Opens sessions by the SDK or by our client."""

    def __init__(self, name: str, address: ApiAddress, caller: Any) -> None:
        self._name = name
        self._address = address
        self.caller = caller
        self._open: list[Session] = []

    async def voice(self, thread_id: str, config: dict[str, Any]) -> Session:
        if self._name == SDK:
            return self._kept(await self.caller.stream_voice(thread_id, config))
        told = msgspec.convert({**config, "thread_id": thread_id}, VoiceConfig)
        message = msgspec.convert({**config, "voice": None}, MessageRequest)
        return self._kept(await open_voice_socket(self._address, told, message))

    async def realtime(self, **config: Any) -> Session:
        if self._name == SDK:
            return self._kept(await self.caller.connect_realtime(**config))
        told = msgspec.convert(config, RealtimeConfig)
        message = msgspec.convert(config, MessageRequest)
        return self._kept(await open_realtime_socket(self._address, told, message))

    async def thread(self) -> str:
        assistant = await self.caller.create_assistant("Ada")
        return str((await self.caller.create_thread(assistant.assistant_id)).thread_id)

    def _kept(self, session: Any) -> Session:
        self._open.append(Session(session))
        return self._open[-1]

    async def aclose(self) -> None:
        for session in self._open:
            await session.close()


@pytest.fixture(params=[SDK, OWN])
async def sockets(request, service):
    async with open_caller(request.param, service.api) as caller:
        opened = Sockets(request.param, service.api, caller)
        yield opened
        await opened.aclose()


@pytest.fixture(scope="module")
def question() -> bytes:
    """A spoken question at 16 kHz, and a little silence behind it."""
    sound, rate_hz = soundfile.read(SOUND, dtype="int16")
    return soxr.resample(sound, rate_hz, 16_000).tobytes() + bytes(8_000)


# ---- the voice socket ---------------------------------------------------------------------------


async def test_a_spoken_question_is_answered_aloud(sockets, question):
    thread_id = await sockets.thread()
    config = {"voice": {"stt": HEAR, "tts": SPEAK}, "send_to_llm": True}
    session = await sockets.voice(thread_id, config)
    assert session.told.session_id
    assert (session.told.thread_id, bool(session.told.assistant_id)) == (thread_id, True)
    assert {"stt", "llm", "tts"} <= set(session.told.pipeline)
    await session.hear(question)
    heard = (await session.until("transcript.final"))["text"]
    assert "square root" in heard
    await session.until("input.resumed")
    order = [kind for kind in kinds(session.received) if kind != "transcript.partial"]
    assert order == [
        "transcript.final",
        "input.paused",
        "user_message",
        "run_started",
        "message_start",
        "content_streaming",
        "run_ended",
        "tts_stream_start",
        "tts_audio_chunk",
        "tts_stream_end",
        "input.resumed",
    ]
    assert words(session.received)
    chunks = [event for event in session.received if event["type"] == "tts_audio_chunk"]
    assert b"".join(base64.b64decode(chunk["data"]) for chunk in chunks).startswith(b"sound of: ")
    kept = (await sockets.caller.get_thread(thread_id)).messages
    assert [message.content for message in kept] == [heard, words(session.received)]


async def test_a_spoken_reply_is_stopped_and_the_session_goes_on(sockets, question):
    thread_id = await sockets.thread()
    session = await sockets.voice(thread_id, {"voice": {"stt": HEAR}, **WAITING})
    await session.hear(question)
    await session.until("content_streaming")
    await session.stop()
    await session.until("input.resumed")
    assert kinds(session.received)[-2:] == ["run_cancelled", "input.resumed"]
    await session.hear(question)
    assert "square root" in (await session.until("transcript.final"))["text"]


async def test_a_dictation_gives_transcripts_and_nothing_more(sockets, question):
    thread_id = await sockets.thread()
    session = await sockets.voice(thread_id, {"voice": {"stt": HEAR}, "send_to_llm": False})
    for _ in range(2):
        await session.hear(question)
        assert "square root" in (await session.until("transcript.final"))["text"]
    assert set(kinds(session.received)) == {"transcript.partial", "transcript.final"}
    assert (await sockets.caller.get_thread(thread_id)).messages == []


async def test_a_voice_session_in_no_thread_is_refused_in_words(sockets):
    unknown = "00000000-0000-0000-0000-000000000007"
    with pytest.raises((BackboardAPIError, AppError), match="Thread not found"):
        await sockets.voice(unknown, {"voice": {"stt": HEAR}})


# ---- the realtime socket ------------------------------------------------------------------------


async def test_a_realtime_session_says_its_formats_and_answers_text(sockets):
    thread_id = await sockets.thread()
    session = await sockets.realtime(thread_id=thread_id, **MODEL)
    assert session.told.thread_id == thread_id
    for one in (session.told.input_format, session.told.output_format):
        plain = one if isinstance(one, dict) else msgspec.to_builtins(one)
        assert plain["sample_rate"] > 0
        assert plain["channels"] == 1
    await session.told.send_text("say hello there")
    await session.until("response.done")
    deltas = [event["text"] for event in session.received if event["type"] == "text.delta"]
    assert "".join(deltas) == "hello there"
    sound = [event["data"] for event in session.received if event["type"] == "audio.delta"]
    assert len(base64.b64decode("".join(sound[:1]))) > 0
    kept = (await sockets.caller.get_thread(thread_id)).messages
    assert [message.content for message in kept] == ["say hello there", "hello there"]


async def test_a_realtime_session_hears_what_is_said(sockets, question):
    options = {"turn_detection": None, "modalities": ["text"]}
    session = await sockets.realtime(provider_options=options, **MODEL)
    await session.hear(question)
    heard = await session.until("transcript.final")
    assert (heard["role"], "square root" in heard["text"]) == ("user", True)
    await session.until("response.done")
    assert "audio.delta" not in kinds(session.received)


async def test_a_realtime_session_calls_tools_of_its_own(sockets):
    options = {"modalities": ["text"]}
    session = await sockets.realtime(tools=[WEATHER], provider_options=options, **MODEL)
    await session.told.send_text('call get_weather {"city": "Oslo"}')
    call = await session.until("tool.call")
    assert call["name"] == "get_weather"
    await session.give(call, "say 7 degrees")
    await session.until("response.done")
    deltas = [event["text"] for event in session.received if event["type"] == "text.delta"]
    assert "".join(deltas) == "7 degrees"


async def test_a_realtime_reply_is_cancelled_and_the_session_goes_on(sockets):
    session = await sockets.realtime(provider_options={"modalities": ["text"]}, **MODEL)
    await session.told.send_text("wait")
    await session.until("text.delta")
    await session.told.cancel()
    assert (await session.until("response.done"))["type"] == "response.done"
    session.received.clear()
    await session.told.send_text("say hello")
    await session.until("response.done")
    assert only(session.received, "text.delta")["text"] == "hello"


async def test_a_realtime_session_with_nobody_is_refused_in_words(sockets):
    with pytest.raises((BackboardAPIError, AppError), match="nobody"):
        await sockets.realtime(provider="nobody", model="nothing")


async def test_a_socket_with_a_wrong_key_is_refused_in_words(service):
    address = ApiAddress(service.api.base_url, "wrong")
    for name in (SDK, OWN):
        async with open_caller(name, address) as stranger:
            sockets = Sockets(name, address, stranger)
            with pytest.raises(REFUSALS, match="API key"):
                await sockets.voice("t", {"voice": {"stt": HEAR}})
            with pytest.raises(REFUSALS, match="API key"):
                await sockets.realtime(**MODEL)
