"""The three voice modes of a message: section 7 of the API, whole and streamed."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.contract.callers import events_of, kinds, only, quiet_wav, refusal, words

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
HEAR = {"provider": "openai", "model": "whisper-1", "language": "en"}
HEAR_DELTAS = {"provider": "openai", "model": "gpt-4o-transcribe"}
SCRIBE = {"provider": "elevenlabs", "model": "scribe_v1", "provider_options": {"diarize": True}}
SPEAK = {"provider": "openai", "model": "tts-1", "voice": "nova"}
ELEVEN = {
    "provider": "elevenlabs",
    "model": "eleven_flash_v2_5",
    "voice": "21m00Tcm4TlvDq8ikWAM",
    "output_format": "mp3_44100_128",
}


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "question.wav"
    path.write_bytes(quiet_wav())
    return path


def spoken(events):
    """The bytes that were streamed."""
    chunks = [event for event in events if event["type"] == "tts_audio_chunk"]
    return b"".join(base64.b64decode(chunk["data"]) for chunk in chunks)


async def fetched(url):
    """What a link gives to somebody without a key."""
    async with httpx.AsyncClient() as anybody:
        return (await anybody.get(url)).content


async def test_a_recording_is_answered_in_text(caller, recording):
    reply = await caller.send_message(voice={"stt": HEAR}, audio_file=recording, **MODEL)
    assert reply.content == "heard by whisper-1"
    records = reply.messages[-1]["voice_records"]
    assert records["stt"]["transcript"] == "say heard by whisper-1"
    kept = (await caller.get_thread(reply.thread_id)).messages
    assert kept[0].content == "say heard by whisper-1"


async def test_a_text_is_answered_aloud(caller):
    reply = await caller.send_message("say hello", voice={"tts": SPEAK}, **MODEL)
    assert reply.content == "hello"
    spoken_reply = reply.messages[-1]["voice_records"]["tts"]
    assert await fetched(spoken_reply["audio_url"]) == b"sound of: hello"


async def test_a_recording_is_answered_aloud_by_somebody_else(caller, recording):
    reply = await caller.send_message(
        voice={"stt": SCRIBE, "tts": SPEAK}, audio_file=recording, **MODEL
    )
    records = reply.messages[-1]["voice_records"]
    assert records["stt"]["transcript"] == "say heard by scribe_v1"
    assert await fetched(records["tts"]["audio_url"]) == b"sound of: heard by scribe v1"


async def test_a_stream_tells_what_is_heard_while_it_is_heard(caller, recording):
    events = await events_of(
        caller.send_message(voice={"stt": HEAR_DELTAS}, audio_file=recording, stream=True, **MODEL)
    )
    order = [kind for kind in kinds(events) if kind != "message_received"]
    assert order[:5] == [
        "stt_stream_start",
        "stt_text_delta",
        "stt_stream_end",
        "user_message",
        "run_started",
    ]
    deltas = [event for event in events if event["type"] == "stt_text_delta"]
    transcript = "say heard by gpt-4o-transcribe"
    assert "".join(event["delta"] for event in deltas) == transcript
    assert only(events, "stt_stream_end")["transcript"] == transcript
    assert only(events, "user_message")["content"] == transcript
    assert words(events) == "heard by gpt-4o-transcribe"


@pytest.mark.parametrize("choice", [SPEAK, ELEVEN], ids=["openai", "elevenlabs"])
async def test_a_stream_speaks_after_the_run_has_ended(caller, choice):
    events = await events_of(
        caller.send_message("say hello", voice={"tts": choice}, stream=True, **MODEL)
    )
    assert kinds(events)[-4:] == [
        "run_ended",
        "tts_stream_start",
        "tts_audio_chunk",
        "tts_stream_end",
    ]
    assert only(events, "tts_stream_start")["content_type"] == "audio/mpeg"
    assert spoken(events) == b"sound of: hello"
    assert await fetched(only(events, "tts_stream_end")["audio_url"]) == b"sound of: hello"


async def test_both_directions_stream_in_one_turn(caller, recording):
    events = await events_of(
        caller.send_message(
            voice={"stt": HEAR, "tts": ELEVEN}, audio_file=recording, stream=True, **MODEL
        )
    )
    assert [kind for kind in kinds(events) if kind != "message_received"] == [
        "stt_stream_start",
        "stt_stream_end",
        "user_message",
        "run_started",
        "message_start",
        "content_streaming",
        "run_ended",
        "tts_stream_start",
        "tts_audio_chunk",
        "tts_stream_end",
    ]
    assert spoken(events) == b"sound of: heard by whisper-1"


async def test_a_recording_in_a_thread_goes_through_add_message_too(caller, recording):
    assistant = await caller.create_assistant("Ada")
    thread = await caller.create_thread(assistant.assistant_id)
    reply = await caller.add_message(
        thread.thread_id,
        voice={"stt": HEAR, "tts": SPEAK},
        audio_file=recording,
        **MODEL,
    )
    assert reply.content == "heard by whisper-1"
    assert reply.messages[-1]["voice_records"]["tts"]["audio_url"]


async def test_a_recording_can_be_transcribed_and_nothing_more(caller, recording):
    reply = await caller.send_message(
        voice={"stt": HEAR}, audio_file=recording, send_to_llm="false"
    )
    transcript = reply.messages[-1]["voice_records"]["stt"]["transcript"]
    assert transcript == "say heard by whisper-1"
    kept = (await caller.get_thread(reply.thread_id)).messages
    assert [message.role for message in kept] == ["user"]
    events = await events_of(
        caller.send_message(
            voice={"stt": HEAR}, audio_file=recording, send_to_llm="false", stream=True
        )
    )
    assert kinds(events)[-2:] == ["user_message", "message_saved"]


async def test_options_reach_the_provider(caller, recording, providers):
    providers.bodies.clear()
    stt = {**HEAR, "provider_options": {"temperature": 0.5, "prompt": "Names: Ada"}}
    tts = {**SPEAK, "provider_options": {"speed": 1.5, "response_format": "wav"}}
    await caller.send_message(voice={"stt": stt, "tts": tts}, audio_file=recording, **MODEL)
    asked = dict(providers.bodies)
    heard = asked["/v1/audio/transcriptions"]
    assert (float(heard["temperature"]), heard["prompt"]) == (0.5, "Names: Ada")
    assert heard["language"] == "en"
    said = asked["/v1/audio/speech"]
    assert (said["speed"], said["response_format"], said["voice"]) == (1.5, "wav", "nova")


async def test_the_built_in_voice_needs_no_provider(caller):
    voice = {"tts": {"provider": "builtin"}}
    events = await events_of(caller.send_message("say hello", voice=voice, stream=True, **MODEL))
    assert only(events, "tts_stream_start")["content_type"] == "audio/wav"
    assert spoken(events).startswith(b"RIFF")


async def test_a_recording_and_the_wish_to_hear_it_come_together(caller, recording):
    alone = await refusal(caller.send_message("say hello", voice={"stt": HEAR}))
    assert alone.status == 422
    unheard = await refusal(caller.send_message("say hello", audio_file=recording))
    assert unheard.status == 422


async def test_an_unknown_voice_provider_is_refused_by_name(caller):
    tts = {"provider": "nobody", "model": "m", "voice": "v"}
    refused = await refusal(caller.send_message("say hello", voice={"tts": tts}, **MODEL))
    assert refused.status == 400
    assert "nobody" in refused.detail
