"""How a voice sounds at a service that speaks replies alone."""

from __future__ import annotations

import asyncio
import base64

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.voice_sample import VoiceSampler
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.voices import SpeechRequest
from tests.fakes.backboard import ScriptedBackboard

NOVA = SpeechRequest(text="", provider="openai", model="tts-1", voice="nova")
SOUND = base64.b64encode(b"\1\0\2\0").decode()


async def sampled(api: BackboardApi, backboard: ScriptedBackboard, *events: dict[str, str]):
    backboard.answer({"detail": "Not Found"}, status=404)
    backboard.answer({"thread_id": "scratch", "created_at": "", "metadata_": {}})

    async def own_assistant() -> str:
        return "own"

    async with asyncio.TaskGroup() as tasks:
        work = VoiceSampler().sample(api, own_assistant, NOVA, "fr-fr")
        sampling = tasks.create_task(work)
        stream = await backboard.stream()
        backboard.answer({})
        await stream.say("content_streaming", content="Bonjour.")
        await stream.say("run_ended")
        for event in events:
            await stream.say(**event)
        await stream.end()
    await api.aclose()
    return sampling.result()


async def test_a_model_repeats_the_sentence_in_a_thread_that_is_deleted(api, backboard):
    pcm = await sampled(
        api,
        backboard,
        {"kind": "tts_stream_start", "content_type": "audio/pcm;rate=24000"},
        {"kind": "tts_audio_chunk", "data": SOUND},
        {"kind": "tts_stream_end"},
    )
    assert pcm == b"\1\0\2\0"
    speech, thread, asked, deleted = backboard.asked
    assert speech.path == "/api/parley/speech"
    assert thread.path == "/api/assistants/own/threads"
    assert asked.body["content"].startswith("Bonjour")
    assert "exactly the words" in asked.body["system_prompt"]
    assert (asked.body["memory"], asked.body["voice"]["tts"]["voice"]) == ("off", "nova")
    assert (deleted.method, deleted.path) == ("DELETE", "/api/threads/scratch")


async def test_a_service_that_speaks_nothing_is_said(api, backboard):
    with pytest.raises(ExceptionGroup) as failed:
        await sampled(api, backboard, {"kind": "tts_error", "error": "no"})
    [error] = failed.value.exceptions
    assert isinstance(error, NetworkError)
