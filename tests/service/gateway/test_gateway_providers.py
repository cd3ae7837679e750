"""A gateway session with every provider that can hear and speak, mixed freely."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from desktop_app.credentials import Secret
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.open import Providers, open_providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.server import Place, open_service
from tests.fakes import elevenlabs_server as elevenlabs
from tests.fakes import openai_audio_server as openai
from tests.fakes.elevenlabs_live import LiveServer, live_server
from tests.fakes.elevenlabs_server import ElevenLabsServer, elevenlabs_server
from tests.fakes.openai_audio_server import openai_audio_server
from tests.service.conftest import LIMIT_S, Socket

BUILT_IN = {"provider": "builtin"}
SECOND = b"\x01\x00" * 16_000
QUESTION = "what is seven times eight"
ANSWERED = {"openai": "gpt-4o-mini-transcribe", "elevenlabs": "scribe_v2_realtime"}
SPEAKS = {"openai": "gpt-4o-mini-tts", "elevenlabs": "eleven_flash_v2_5"}


class Peers:
    """The stand-ins of the providers, and a service with all of them connected."""

    def __init__(self, live: LiveServer, eleven: ElevenLabsServer, voice_url: str) -> None:
        self.live = live
        self.eleven = eleven
        self._voice_url = voice_url

    async def socket(self, stack: AsyncExitStack) -> Socket:
        return Socket(await stack.enter_async_context(connect(self._voice_url, max_size=None)))


@pytest.fixture
async def peers(tmp_path: Path) -> AsyncIterator[Peers]:
    async with elevenlabs_server() as eleven, openai_audio_server() as heard, live_server() as live:
        heard.words, live.texts = QUESTION, [QUESTION] * 9
        config = ProviderConfig(
            openai_key=Secret(openai.KEY),
            openai_url=heard.url,
            elevenlabs_key=Secret(elevenlabs.KEY),
            elevenlabs_url=eleven.url,
            elevenlabs_live_url=live.url,
            local_models="off",
        )

        async def open_them(recall: Recall) -> Providers:
            return await open_providers(config, recall)

        async with open_service(Place(tmp_path, "key"), open_them) as running:
            yield Peers(live, eleven, f"{running.addresses.voice}?token=key")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


def sound_of(messages: list[dict[str, Any]]) -> bytes:
    """What was spoken."""
    chunks = [one for one in messages if one["type"] == "assistant.audio.chunk"]
    assert [one["chunk_index"] for one in chunks] == list(range(1, len(chunks) + 1))
    return b"".join(base64.b64decode(one["audio"]) for one in chunks)


@pytest.mark.parametrize("speaks", ["elevenlabs", "openai", "builtin"])
@pytest.mark.parametrize("hears", ["elevenlabs", "openai"])
async def test_a_spoken_question_is_heard_and_answered_aloud(peers, stack, hears, speaks):
    socket = await peers.socket(stack)
    await socket.say(
        "session.configure",
        backend=BUILT_IN,
        stt={"commit_strategy": "manual", "model_id": ANSWERED[hears]},
        tts={"model_id": SPEAKS.get(speaks, "basic")},
    )
    started = await socket.until("stt.session_started")
    assert started["config"]["provider"] == hears
    await socket.hear(SECOND)
    await socket.say("audio.commit")
    assert (await socket.until("transcript.committed"))["text"] == QUESTION
    assert "56" in (await socket.until("assistant.message"))["text"]
    end = await socket.until("assistant.audio.end")
    sound = sound_of(socket.received)
    assert end["chunk_count"] > 0
    assert end["output_format"] == "pcm_24000"
    if speaks == "elevenlabs":
        assert sound.startswith(b"<pcm_24000:")
    elif speaks == "openai":
        assert set(sound) <= {0, 1}
    else:
        assert max(sound) > 1


async def test_elevenlabs_is_the_choice_where_nothing_is_asked_for(peers, stack):
    socket = await peers.socket(stack)
    await socket.say(
        "session.configure", backend=BUILT_IN, stt={"commit_strategy": "manual"}, tts={}
    )
    started = await socket.until("stt.session_started")
    assert started["session_id"] == "el-1", "the recogniser's own session"
    assert started["config"]["provider"] == "elevenlabs"
    assert started["tts"]["provider"] == "elevenlabs"


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("mp3_44100_128", "audio/mpeg"),
        ("opus_48000_64", "audio/ogg"),
        ("ulaw_8000", "audio/basic"),
        ("alaw_8000", "audio/basic"),
    ],
)
async def test_encoded_speech_comes_as_the_provider_encodes_it(peers, stack, form, kind):
    socket = await peers.socket(stack)
    settings = {"stability": 0.3, "speed": 1.1, "style": 0.5, "use_speaker_boost": True}
    await socket.say(
        "session.configure",
        backend=BUILT_IN,
        tts={"output_format": form, "voice_settings": settings},
    )
    await socket.say("text.prompt", text=QUESTION)
    end = await socket.until("assistant.audio.end")
    assert (end["content_type"], end["output_format"]) == (kind, form)
    assert f"<{form}:".encode() in sound_of(socket.received)
    asked = peers.eleven.http.requests[-1].json()
    assert asked["voice_settings"] == settings


async def test_a_format_that_the_voice_does_not_speak_is_refused(peers, stack):
    socket = await peers.socket(stack)
    await socket.say("text.prompt", text="hello")
    await socket.until("error")
    await socket.say(
        "session.configure", tts={"model_id": "gpt-4o-mini-tts", "output_format": "ulaw_8000"}
    )
    assert "ulaw" in (await socket.until("error"))["message"]
    await socket.configured(tts={"model_id": "gpt-4o-mini-tts"})


async def test_pieces_of_one_utterance_are_one_turn(peers, stack):
    socket = await peers.socket(stack)
    await socket.say("session.configure", backend=BUILT_IN, stt={"commit_strategy": "vad"})
    await socket.until("stt.session_started")
    session = await peers.live.session()
    await session.say("partial_transcript", text="what is")
    await session.commits("what is seven")
    await session.commits("")
    await session.commits("times eight")
    assert (await socket.until("assistant.started"))["text"] == QUESTION
    await socket.until("assistant.message")
    kinds = socket.kinds()
    assert kinds.count("transcript.committed") == 3
    assert kinds.count("assistant.started") == 1
    assert kinds.index("input.speech_started") < kinds.index("transcript.partial")


async def test_a_recogniser_that_refuses_leaves_typing(peers, stack):
    peers.live.greets_with = ("quota_exceeded", "You have no credits left")
    socket = await peers.socket(stack)
    await socket.say("session.configure", backend=BUILT_IN, stt={"commit_strategy": "manual"})
    assert "credits" in (await socket.until("error"))["message"]
    await socket.say("audio.commit")
    assert "credits" in (await socket.until("error"))["message"], "who waits for words is told"
    await socket.say("text.prompt", text=QUESTION)
    assert "56" in (await socket.until("assistant.message"))["text"]


async def test_nothing_stays_connected_when_the_client_leaves(peers):
    async with AsyncExitStack() as stack:
        socket = await peers.socket(stack)
        await socket.configured()
        session = await peers.live.session()
        await socket.hear(SECOND)
    async with asyncio.timeout(LIMIT_S):
        await session.connection.wait_closed()
