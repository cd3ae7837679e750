"""Recordings heard by OpenAI, against a stand-in that has its rules."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, InputError, NetworkError, ProtocolError
from desktop_app.service.providers.openai.openai_transcriber import OpenAiTranscriber
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)
from tests.fakes.http_server import HttpAnswer, json_answer
from tests.fakes.openai_audio_server import KEY, OpenAiAudioServer, openai_audio_server

WORDS = "what time is it"
TOKENS = {"input_tokens": 30, "output_tokens": 6, "total_tokens": 36, "audio_input_tokens": 28}


@pytest.fixture
async def server() -> AsyncIterator[OpenAiAudioServer]:
    async with openai_audio_server() as running:
        yield running


@pytest.fixture
async def transcriber(server: OpenAiAudioServer) -> AsyncIterator[OpenAiTranscriber]:
    opened = OpenAiTranscriber(server.url, Secret(KEY))
    yield opened
    await opened.aclose()


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    path = tmp_path / "scratch"
    path.write_bytes(b"RIFF" + bytes(200_000))
    return Recording(path, "question.wav", "audio/wav")


async def hear(
    transcriber: OpenAiTranscriber, recording: Recording, *, language: str = "", **wish: object
) -> list[HeardDelta | HeardAll]:
    how = HearingWish(str(wish.pop("model", "")), language, wish)
    return [event async for event in transcriber.transcribe(recording, how)]


async def test_words_come_one_by_one_and_then_whole(transcriber, recording):
    events = await hear(transcriber, recording)
    assert events == [
        HeardDelta("what"),
        HeardDelta(" time"),
        HeardDelta(" is"),
        HeardDelta(" it"),
        HeardAll(WORDS, None, TOKENS),
    ]


async def test_the_recording_is_sent_as_it_is_with_its_name(transcriber, recording, server):
    await hear(transcriber, recording, language="de", prompt="Names: Ada", temperature=0.2)
    form = server.http.requests[0].form()
    (file,) = form.files
    assert (file.filename, file.mime_type) == ("question.wav", "audio/wav")
    assert file.content == recording.path.read_bytes()
    assert form.fields == {
        "model": "gpt-4o-mini-transcribe",
        "response_format": "json",
        "stream": "true",
        "language": "de",
        "prompt": "Names: Ada",
        "temperature": "0.2",
    }


async def test_a_recording_without_an_ending_is_given_one(transcriber, recording, server):
    nameless = Recording(recording.path, "blob", "audio/mpeg")
    await hear(transcriber, nameless)
    assert server.http.requests[0].form().files[0].filename == "blob.mp3"


async def test_whisper_tells_no_deltas(transcriber, recording, server):
    events = await hear(transcriber, recording, model="whisper-1")
    assert events == [HeardAll(WORDS, 2.0, {"duration_seconds": 2})]
    assert "stream" not in server.http.requests[0].form().fields


async def test_times_of_words_are_kept_as_the_provider_says_them(transcriber, recording, server):
    (whole,) = await hear(
        transcriber, recording, model="whisper-1", timestamp_granularities=["word"]
    )
    assert whole.duration_s == 1.5
    assert whole.provider_output["words"] == [{"word": "what", "start": 0.0, "end": 0.4}]
    fields = server.http.requests[0].form().fields
    assert fields["response_format"] == "verbose_json"
    assert fields["timestamp_granularities[]"] == "word"


async def test_who_spoke_is_kept_as_the_provider_says_it(transcriber, recording, server):
    *deltas, whole = await hear(transcriber, recording, model="gpt-4o-transcribe-diarize")
    assert len(deltas) == 4
    assert whole.provider_output["segments"][0]["speaker"] == "A"
    fields = server.http.requests[0].form().fields
    assert fields["response_format"] == "diarized_json"
    assert fields["chunking_strategy"] == "auto"


@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
async def test_a_text_format_gives_the_words_alone(transcriber, recording, form):
    (whole,) = await hear(transcriber, recording, model="whisper-1", response_format=form)
    assert whole.text == WORDS
    if form != "text":
        assert "-->" in whole.provider_output[form]


async def test_a_model_that_is_not_known_here_is_asked_to_stream(transcriber, recording, server):
    server.http.plan(json_answer({"text": "ok"}))
    assert await hear(transcriber, recording, model="new-ear") == [HeardAll("ok")]
    fields = server.http.requests[0].form().fields
    assert (fields["model"], fields["stream"]) == ("new-ear", "true")


async def test_silence_is_an_empty_text(transcriber, recording, server):
    server.words = ""
    assert (await hear(transcriber, recording))[-1].text == ""


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"model": "no-ear"}, "does not exist"),
        ({"model": "gpt-4o-transcribe", "response_format": "srt"}, "not compatible"),
    ],
)
async def test_what_openai_refuses_is_told_in_its_words(transcriber, recording, wish, words):
    with pytest.raises(InputError, match=words) as refusal:
        await hear(transcriber, recording, **wish)
    assert refusal.value.code == "recording.refused"


async def test_a_format_that_openai_does_not_hear_is_told(transcriber, recording):
    with pytest.raises(InputError, match="Invalid file format"):
        await hear(transcriber, Recording(recording.path, "x.txt", "text/plain"))


async def test_a_wrong_key_is_told_and_never_shown(server, recording, caplog):
    transcriber = OpenAiTranscriber(server.url, Secret("sk-wrong-1234"))
    with pytest.raises(AccessError) as refusal:
        await hear(transcriber, recording)
    assert "sk-wrong" not in f"{refusal.value!r} {caplog.text}"
    assert await transcriber.models() == ()
    await transcriber.aclose()


def stream(*events: object, **how: bool) -> HttpAnswer:
    pieces = tuple(f"data: {json.dumps(event)}\n\n".encode() for event in events)
    return HttpAnswer(200, "text/event-stream", pieces, **how)


DELTA = {"type": "transcript.text.delta", "delta": "what"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (stream(DELTA, is_cut=True), NetworkError),
        (stream(DELTA), NetworkError),
        (stream(DELTA, {"error": {"message": "It is overloaded."}}), NetworkError),
        (stream(DELTA, "nonsense"), ProtocolError),
        (HttpAnswer(200, "text/event-stream", (b"data: {nonsense\n\n",)), ProtocolError),
        (json_answer({"txt": 1}), ProtocolError),
        (json_answer(["text"]), ProtocolError),
        (HttpAnswer(200, "text/html", (b"<html>",)), ProtocolError),
        (HttpAnswer(200, "text/plain", (b"hello",)), ProtocolError),
        (HttpAnswer(503, "text/html", (b"<html>",)), NetworkError),
    ],
)
async def test_an_answer_that_goes_wrong_is_a_failure(transcriber, recording, server, answer, kind):
    server.http.plan(answer)
    with pytest.raises(kind) as failure:
        await hear(transcriber, recording)
    assert isinstance(failure.value, AppError)
    assert "OpenAI" in str(failure.value)


async def test_unknown_events_are_skipped(transcriber, recording, server):
    done = {"type": "transcript.text.done", "text": "what"}
    server.http.plan(stream({"type": "news"}, DELTA, done))
    assert await hear(transcriber, recording) == [HeardDelta("what"), HeardAll("what")]


async def test_only_the_models_of_the_account_are_listed_the_default_first(transcriber, server):
    server.models = ("whisper-1", "gpt-4o-mini-transcribe", "gpt-4.1")
    models = await transcriber.models()
    assert [model.name for model in models] == ["gpt-4o-mini-transcribe", "whisper-1"]
    assert {(model.provider, model.model_type) for model in models} == {("openai", "stt")}
    assert [model.supports_streaming for model in models] == [True, False]


async def test_a_server_that_keeps_no_list_may_have_all_models(transcriber, server):
    server.http.plan(json_answer({}, 404))
    assert len(await transcriber.models()) == 5
