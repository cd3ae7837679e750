"""Recordings heard and replies spoken by ElevenLabs, against a stand-in that has its rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, InputError, NetworkError, ProtocolError
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import (
    LONGEST_TEXT,
    ElevenLabsSpeaker,
)
from desktop_app.service.providers.elevenlabs.elevenlabs_transcriber import ElevenLabsTranscriber
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HearingWish,
    Recording,
    SpeakingWish,
)
from tests.fakes.elevenlabs_server import KEY, VOICE, ElevenLabsServer, elevenlabs_server
from tests.fakes.http_server import HttpAnswer, json_answer


@pytest.fixture
async def server() -> AsyncIterator[ElevenLabsServer]:
    async with elevenlabs_server() as running:
        yield running


@pytest.fixture
async def ear(server: ElevenLabsServer) -> AsyncIterator[ElevenLabsTranscriber]:
    opened = ElevenLabsTranscriber(server.url, Secret(KEY))
    yield opened
    await opened.aclose()


@pytest.fixture
async def mouth(server: ElevenLabsServer) -> AsyncIterator[ElevenLabsSpeaker]:
    opened = ElevenLabsSpeaker(server.url, Secret(KEY))
    yield opened
    await opened.aclose()


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    path = tmp_path / "scratch"
    path.write_bytes(b"sound")
    return Recording(path, "question.m4a", "audio/mp4")


async def hear(ear: ElevenLabsTranscriber, recording: Recording, **wish: object) -> HeardAll:
    (whole,) = [event async for event in ear.transcribe(recording, HearingWish(**wish))]
    assert isinstance(whole, HeardAll)
    return whole


async def utter(mouth: ElevenLabsSpeaker, text: str = "Hello.", **wish: object) -> bytes:
    async with aclosing(mouth.utter(text, SpeakingWish(**wish))) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_a_recording_is_heard_with_all_that_is_said_of_it(ear, recording):
    heard = await hear(ear, recording)
    assert (heard.text, heard.duration_s) == ("what time is it", 1.5)
    assert heard.usage == {"duration_seconds": 1.5}
    assert heard.provider_output["language_code"] == "en"
    assert heard.provider_output["words"][0]["speaker_id"] == "speaker_0"


async def test_the_recording_and_its_options_are_sent_as_a_form(ear, recording, server):
    options = {"diarize": True, "num_speakers": 2, "tag_audio_events": False}
    await hear(ear, recording, model="scribe_v1", language="de", options=options)
    form = server.http.requests[0].form()
    assert [(file.filename, file.content) for file in form.files] == [("question.m4a", b"sound")]
    assert form.fields == {
        "model_id": "scribe_v1",
        "language_code": "de",
        "diarize": "true",
        "num_speakers": "2",
        "tag_audio_events": "false",
    }


async def test_the_key_has_a_header_of_its_own(ear, recording, server):
    await hear(ear, recording)
    headers = server.http.requests[0].headers
    assert headers["xi-api-key"] == KEY
    assert "authorization" not in headers


async def test_the_channels_of_a_recording_are_put_together(ear, recording, server):
    server.http.plan(json_answer({"transcripts": [{"text": "hello"}, {"text": "hi"}]}))
    assert (await hear(ear, recording)).text == "hello\nhi"


async def test_a_reply_is_spoken_as_mp3_by_the_first_voice_of_the_account(mouth, server):
    assert await utter(mouth) == b"<mp3_44100_128:Hello.>"
    assert await utter(mouth) == b"<mp3_44100_128:Hello.>"
    asked = [(request.method, request.path) for request in server.http.requests]
    speech = ("POST", f"/v1/text-to-speech/{VOICE}/stream")
    assert asked == [("GET", "/v1/voices"), speech, speech]
    assert server.http.requests[1].json() == {"text": "Hello.", "model_id": "eleven_flash_v2_5"}


@pytest.mark.parametrize(
    ("form", "sent"), [("mp3_44100_128", "mp3_44100_128"), ("wav_16000", "pcm_16000")]
)
async def test_a_long_text_is_spoken_in_portions_that_end_with_sentences(mouth, server, form, sent):
    text = " ".join(f"This is the sentence of number {number}." for number in range(400))
    sound = await utter(mouth, text, voice="v2", output_format=form)
    asked = [request.json()["text"] for request in server.http.requests]
    assert len(asked) == 3
    assert all(len(one) <= LONGEST_TEXT and one.endswith(".") for one in asked)
    assert " ".join(asked) == text
    whole = "".join(f"<{sent}:{one}>" for one in asked).encode()
    assert sound.removeprefix(wav_header(16_000) if form.startswith("wav") else b"") == whole


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("", "audio/mpeg"),
        ("mp3_22050_32", "audio/mpeg"),
        ("pcm_24000", "audio/pcm;rate=24000"),
        ("opus_48000_64", "audio/ogg"),
        ("ulaw_8000", "audio/PCMU;rate=8000"),
    ],
)
async def test_every_format_has_its_type(mouth, form, content_type):
    assert mouth.content_type(SpeakingWish(output_format=form)) == content_type
    sound = await utter(mouth, voice="v2", output_format=form)
    assert sound == f"<{form or 'mp3_44100_128'}:Hello.>".encode()


async def test_a_wav_is_made_of_streamed_samples(mouth):
    sound = await utter(mouth, voice="v2", output_format="wav_16000")
    assert sound == wav_header(16_000) + b"<pcm_16000:Hello.>"


async def test_options_go_where_the_api_wants_them(mouth, server):
    options = {
        "voice_settings": {"stability": 0.4},
        "language_code": "de",
        "speed": 1.1,
        "optimize_streaming_latency": 2,
        "enable_logging": False,
        "response_format": "wav",
    }
    await utter(mouth, voice="v2", model="eleven_multilingual_v2", options=options)
    (request,) = server.http.requests
    assert request.query == {
        "output_format": "mp3_44100_128",
        "optimize_streaming_latency": "2",
        "enable_logging": "false",
    }
    assert request.json() == {
        "text": "Hello.",
        "model_id": "eleven_multilingual_v2",
        "voice_settings": {"speed": 1.1, "stability": 0.4},
        "language_code": "de",
    }


async def test_a_voice_cannot_lead_to_another_address(mouth, server):
    with pytest.raises(InputError):
        await utter(mouth, voice="../../voices?x=")
    assert server.http.requests[0].path == "/v1/text-to-speech/../../voices?x=/stream"
    assert set(server.http.requests[0].query) == {"output_format"}


@pytest.mark.parametrize("form", ["mp3", "aac_44100", "pcm_x"])
async def test_an_unknown_format_is_refused_before_anything_is_asked(mouth, server, form):
    with pytest.raises(InputError, match="for example") as refusal:
        await utter(mouth, output_format=form)
    assert refusal.value.code == "speech.format"
    assert server.http.requests == []


async def test_an_unknown_voice_is_told_in_the_providers_words(mouth):
    with pytest.raises(InputError, match="was not found"):
        await utter(mouth, voice="nobody")


async def test_an_account_without_voices_is_told(mouth, server):
    server.voices.clear()
    with pytest.raises(InputError, match="has no voice"):
        await utter(mouth)


async def test_its_voices_are_listed(mouth):
    found = await mouth.voices()
    assert [(one.id, one.name) for one in found] == [(VOICE, "Rachel"), ("v2", "Sam")]
    assert (found[0].languages, found[0].description) == (["en"], "female, young, american")


async def test_a_wrong_key_is_told_by_both(server, recording):
    ear = ElevenLabsTranscriber(server.url, Secret("wrong"))
    mouth = ElevenLabsSpeaker(server.url, Secret("wrong"))
    with pytest.raises(AccessError, match="ElevenLabs refused the key"):
        await hear(ear, recording)
    with pytest.raises(AccessError, match="ElevenLabs refused the key"):
        await utter(mouth)
    assert await mouth.models() == ()
    await ear.aclose()
    await mouth.aclose()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HttpAnswer(200, "audio/mpeg", (b"ID3",), is_cut=True), NetworkError),
        (HttpAnswer(503, "text/html", (b"<html>",)), NetworkError),
        (json_answer({"detail": {"status": "quota_exceeded"}}, 401), NetworkError),
        (json_answer({"audio_base64": ""}), ProtocolError),
        (HttpAnswer(200, "text/html", (b"<html>",)), ProtocolError),
    ],
)
async def test_speech_that_goes_wrong_is_a_failure(mouth, server, answer, kind):
    server.http.plan(answer)
    with pytest.raises(kind, match="ElevenLabs"):
        await utter(mouth, voice=VOICE)


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({"txt": 1}),
        json_answer([]),
        json_answer({"transcripts": [{}]}),
        json_answer({"transcripts": ["text"]}),
        json_answer({"transcripts": []}),
        HttpAnswer(pieces=(b"<html>",)),
    ],
)
async def test_a_transcript_that_makes_no_sense_is_a_failure(ear, recording, server, answer):
    server.http.plan(answer)
    with pytest.raises(ProtocolError, match="ElevenLabs") as failure:
        await hear(ear, recording)
    assert failure.value.code == "stt.unreadable"


async def test_the_models_are_those_of_the_account_where_it_lists_them(ear, mouth):
    spoken = [model.name for model in await mouth.models()]
    heard = [model.name for model in await ear.models()]
    assert spoken == ["eleven_flash_v2_5", "eleven_multilingual_v2"]
    assert heard == ["scribe_v2", "scribe_v1"]
