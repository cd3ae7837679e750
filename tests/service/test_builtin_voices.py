"""Spoken questions answered aloud by nothing but what is built in: real models, real sound."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import soundfile
from websockets.asyncio.client import connect

from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.open import Providers, open_providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.server import Addresses, Place, open_service
from tests.service.conftest import KEY, Socket

LIMIT_S = 60
RECORDING = Path(__file__).parents[2] / "resources/demo/ten_miles_in_kilometers.wav"
QUESTION = "what is ten miles in kilometers"
ANSWER = "10 miles is about 16.09 kilometers."


@pytest.fixture
async def addresses(tmp_path: Path) -> AsyncIterator[Addresses]:
    async def open_them(recall: Recall) -> Providers:
        return await open_providers(ProviderConfig(local_models="off"), recall)

    async with open_service(Place(tmp_path, KEY), open_them) as running:
        yield running.addresses


@pytest.fixture
async def http(addresses: Addresses) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"X-API-Key": KEY}
    async with httpx.AsyncClient(
        base_url=addresses.api, headers=headers, timeout=LIMIT_S
    ) as client:
        yield client


def samples_of(path: Path) -> bytes:
    with wave.open(str(path)) as sound:
        return sound.readframes(sound.getnframes())


async def test_a_recording_is_answered_aloud(http):
    voice = {"stt": {"provider": "builtin"}, "tts": {"provider": "builtin"}}
    files = {"audio_file": ("question.wav", RECORDING.read_bytes(), "audio/wav")}
    data = {"voice": msgspec.json.encode(voice).decode()}
    reply = (await http.post("/threads/messages", data=data, files=files)).json()
    assert reply["content"] == ANSWER
    records = reply["voice_records"]
    assert records["stt"]["transcript"] == QUESTION
    assert (records["stt"]["model"], records["tts"]["model"]) == ("basic", "basic")
    async with httpx.AsyncClient() as nobody:  # the link needs no key
        speech = (await nobody.get(records["tts"]["audio_url"])).content
    samples, rate_hz = soundfile.read(io.BytesIO(speech))
    assert rate_hz == 24_000
    assert 2 < len(samples) / rate_hz < 6
    assert abs(samples).max() > 0.1


async def test_hands_free_speech_is_answered_aloud(addresses, http):
    thread_id = (await http.post("/threads/messages", json={"content": "Hello"})).json()[
        "thread_id"
    ]
    voice = {"stt": {"vad_silence_threshold_secs": 0.5}, "tts": {"output_format": "pcm_24000"}}
    address = addresses.api.replace("http://", "ws://") + f"/threads/messages?api_key={KEY}"
    async with connect(address, max_size=None) as connection:
        client = Socket(connection)
        config = {"thread_id": thread_id, "voice": voice}
        await connection.send(msgspec.json.encode(config).decode())
        await client.until("session.begin")
        sound = bytes(16_000) + samples_of(RECORDING) + bytes(32_000)
        for at in range(0, len(sound), 3_200):
            await client.hear(sound[at : at + 3_200])
        await client.until("input.resumed")
    told = {message["type"]: message for message in client.received}
    assert told["transcript.final"]["text"] == QUESTION
    assert told["run_ended"]["final_content"] == ANSWER
    assert told["tts_stream_start"]["content_type"] == "audio/pcm;rate=24000"
    assert 2 < len(speech_in(client.received)) / 48_000 < 6


async def test_a_realtime_question_is_answered_while_it_is_written(addresses):
    address = addresses.api.replace("http://", "ws://") + f"/threads/realtime?api_key={KEY}"
    async with connect(address, max_size=None) as connection:
        client = Socket(connection)
        config: dict[str, Any] = {"provider": "builtin", "model": "basic"}
        await connection.send(msgspec.json.encode(config).decode())
        await client.until("session.begin")
        await client.say("text", text="What is one hundred divided by four?")
        await client.until("response.done")
    words = "".join(message.get("text", "") for message in client.received)
    assert "25" in words
    assert len(speech_in(client.received)) > 24_000


def speech_in(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(message.get("data", "")) for message in messages)
