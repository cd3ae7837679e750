"""Replies spoken by OpenAI, against a stand-in that has its rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.providers.openai.openai_speaker import OpenAiSpeaker
from desktop_app.service.providers.recording_ports import SpeakingWish
from tests.fakes.http_server import HttpAnswer, json_answer
from tests.fakes.openai_audio_server import KEY, OpenAiAudioServer, openai_audio_server, sound_of

LONG = "This is one sentence of many. " * 200


@pytest.fixture
async def server() -> AsyncIterator[OpenAiAudioServer]:
    async with openai_audio_server() as running:
        yield running


@pytest.fixture
async def speaker(server: OpenAiAudioServer) -> AsyncIterator[OpenAiSpeaker]:
    opened = OpenAiSpeaker(server.url, Secret(KEY))
    yield opened
    await opened.aclose()


async def utter(speaker: OpenAiSpeaker, text: str = "Hello.", **wish: object) -> bytes:
    async with aclosing(speaker.utter(text, SpeakingWish(**wish))) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_a_reply_is_an_mp3_in_the_default_voice(speaker, server):
    assert await utter(speaker) == sound_of("mp3", "Hello.")
    assert speaker.content_type(SpeakingWish()) == "audio/mpeg"
    assert server.http.requests[0].json() == {
        "model": "gpt-4o-mini-tts",
        "voice": "alloy",
        "input": "Hello.",
        "response_format": "mp3",
    }


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("opus", "audio/ogg"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm;rate=24000"),
    ],
)
async def test_the_options_choose_the_format(speaker, form, content_type):
    options = {"response_format": form}
    assert await utter(speaker, options=options) == sound_of(form, "Hello.")
    assert speaker.content_type(SpeakingWish(options=options)) == content_type


async def test_voice_model_speed_and_instructions_are_passed_on(speaker, server):
    options = {"speed": 1.5, "instructions": "Whisper."}
    await utter(speaker, model="gpt-4o-mini-tts", voice="nova", options=options)
    sent = server.http.requests[0].json()
    assert (sent["voice"], sent["speed"], sent["instructions"]) == ("nova", 1.5, "Whisper.")


async def test_the_format_of_another_provider_is_not_sent(speaker, server):
    await utter(speaker, output_format="mp3_44100_128", options={"stream_format": "sse"})
    assert not {"output_format", "stream_format"} & set(server.http.requests[0].json())


async def test_a_long_reply_is_spoken_in_several_requests(speaker, server):
    sound = await utter(speaker, LONG)
    inputs = [request.json()["input"] for request in server.http.requests]
    assert len(inputs) == 2
    assert " ".join(inputs) == LONG.strip()
    assert all(text.endswith(".") for text in inputs)
    assert sound == b"".join(sound_of("mp3", text) for text in inputs)


async def test_a_long_wav_is_one_file(speaker, server):
    sound = await utter(speaker, LONG, options={"response_format": "wav"})
    inputs = [request.json()["input"] for request in server.http.requests]
    assert sound == wav_header(24_000) + b"".join(sound_of("pcm", text) for text in inputs)


async def test_a_long_flac_cannot_be_had(speaker, server):
    with pytest.raises(InputError, match="one flac file"):
        await utter(speaker, LONG, options={"response_format": "flac"})
    assert server.http.requests == []


async def test_an_unknown_format_is_refused_before_anything_is_asked(speaker, server):
    with pytest.raises(InputError, match="mp3, opus, aac, flac, wav, pcm") as refusal:
        await utter(speaker, options={"response_format": "tape"})
    assert refusal.value.code == "speech.format"
    assert server.http.requests == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"voice": "Rachel"}, "should be one of"),
        ({"model": "tts-9"}, "does not exist"),
        ({"model": "tts-1", "options": {"instructions": "x"}}, "not supported"),
    ],
)
async def test_what_openai_refuses_is_told_in_its_words(speaker, wish, words):
    with pytest.raises(InputError, match=words) as refusal:
        await utter(speaker, **wish)
    assert refusal.value.code == "speech.refused"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HttpAnswer(200, "audio/mpeg", (b"ID3",), is_cut=True), NetworkError),
        (HttpAnswer(500, "text/html", (b"<html>",)), NetworkError),
        (json_answer({"error": {"message": "Slow down"}}, 429, Retry_After="3"), NetworkError),
        (HttpAnswer(200, "text/html", (b"<html>",)), ProtocolError),
        (json_answer({"ok": True}), ProtocolError),
    ],
)
async def test_an_answer_that_goes_wrong_is_a_failure(speaker, server, answer, kind):
    server.http.plan(answer)
    with pytest.raises(kind, match="OpenAI"):
        await utter(speaker)


async def test_the_sound_before_a_break_is_given_out(speaker, server):
    server.http.plan(HttpAnswer(200, "audio/mpeg", (b"ID3",), is_cut=True))
    pieces = speaker.utter("Hello.", SpeakingWish())
    assert await anext(pieces) == b"ID3"
    with pytest.raises(NetworkError):
        await anext(pieces)


async def test_only_the_models_of_the_account_are_listed(speaker, server):
    server.models = ("tts-1", "gpt-4.1")
    (model,) = await speaker.models()
    assert (model.name, model.model_type) == ("tts-1", "tts")
    assert model.supported_output_formats == "mp3,opus,aac,flac,wav,pcm"
