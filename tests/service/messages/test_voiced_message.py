"""Recordings heard before a turn and replies spoken after it, as the stream tells them."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.backboard.messages import HearingChoice, SpeakingChoice, Voice
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.messages import voiced_message
from desktop_app.service.messages.voiced_message import VoicedMessages
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.recording_ports import HearingWish, Recording, SpeakingWish
from desktop_app.service.storage.store import Store, open_store
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker, ScriptedTranscriber

ROOT = "http://127.0.0.1:1"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def ear() -> ScriptedTranscriber:
    return ScriptedTranscriber()


@pytest.fixture
def mouth() -> ScriptedSpeaker:
    return ScriptedSpeaker()


@pytest.fixture
async def voiced(store: Store, ear: ScriptedTranscriber, mouth: ScriptedSpeaker) -> VoicedMessages:
    providers = ScriptedProviders(
        transcribers={"first": ear, "other": ScriptedTranscriber("other", text="no", deltas=())},
        speakers={"first": mouth},
    )
    source = ProviderSource()
    await source.fill(providers.open, store.recall)
    return VoicedMessages(source, store.media, MediaLinks(ROOT, "secret"))


@pytest.fixture
def voiced_with(store: Store) -> Callable[..., Awaitable[VoicedMessages]]:
    async def open_voiced(**transcribers: ScriptedTranscriber) -> VoicedMessages:
        source = ProviderSource()
        await source.fill(ScriptedProviders(transcribers=transcribers).open, store.recall)
        return VoicedMessages(source, store.media, MediaLinks(ROOT, "secret"))

    return open_voiced


@pytest.fixture
async def thread_id(store: Store) -> str:
    return (await store.conversations.of_session("talk")).thread_id


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    path = tmp_path / "question.wav"
    path.write_bytes(b"sound")
    return Recording(path, "question.wav", "audio/wav")


async def told(events: AsyncIterator[StreamEvent]) -> list[StreamEvent]:
    return [event async for event in events]


def types(events: list[StreamEvent]) -> list[str]:
    return [event.type for event in events]


def sound_of(events: list[StreamEvent]) -> bytes:
    return b"".join(base64.b64decode(event.data or "") for event in events)


async def test_a_recording_is_told_word_by_word_and_then_whole(voiced, recording, ear):
    choice = HearingChoice(model="ear", language="de", provider_options={"prompt": "x", "a": None})
    events = await told(voiced.hear(recording, choice))
    assert types(events) == [
        "stt_stream_start",
        "stt_text_delta",
        "stt_text_delta",
        "stt_stream_end",
    ]
    assert [event.delta for event in events[1:3]] == ["what time", " is it"]
    assert events[-1].transcript == "what time is it"
    assert ear.heard == [(b"sound", "question.wav", HearingWish("ear", "de", {"prompt": "x"}))]


async def test_the_record_of_hearing_keeps_all_that_is_known(voiced, recording):
    *_, end = await told(voiced.hear(recording, HearingChoice(provider="first", model="ear")))
    assert end.voice_records == {
        "stt": {
            "transcript": "what time is it",
            "provider": "scripted",
            "model": "ear",
            "duration_seconds": 1.5,
            "audio_input_tokens": 15,
            "provider_output": {"language": "english"},
        }
    }


async def test_a_named_provider_hears(voiced, recording):
    *_, end = await told(voiced.hear(recording, HearingChoice(provider="other")))
    assert end.transcript == "no"


async def test_who_stops_listening_ends_the_transcription(voiced, recording, ear):
    async with aclosing(voiced.hear(recording, HearingChoice())) as events:
        await anext(events)
        await anext(events)
    assert ear.closed == 1


async def test_a_failure_to_hear_is_raised(voiced, recording, ear):
    ear.failure = NetworkError("http.500", "It is down.")
    with pytest.raises(NetworkError, match="It is down"):
        await told(voiced.hear(recording, HearingChoice()))


async def test_words_that_were_told_are_not_heard_again_by_somebody_else(
    voiced_with, recording, ear
):
    voiced = await voiced_with(first=ear, builtin=ScriptedTranscriber("builtin"))
    ear.failure = NetworkError("network.broken", "It broke off.")
    with pytest.raises(NetworkError, match="It broke off"):
        await told(voiced.hear(recording, HearingChoice()))


async def test_what_nobody_can_hear_fails_for_the_first_reason(voiced_with, recording, ear):
    own = ScriptedTranscriber("builtin", deltas=())
    voiced = await voiced_with(first=ear, builtin=own)
    ear.deltas, ear.failure = (), NetworkError("network.unreachable", "Nobody is there.")
    own.failure = InputError("recording.language", "Only English can be heard here.")
    with pytest.raises(NetworkError, match="Nobody is there"):
        await told(voiced.hear(recording, HearingChoice(model="m", language="de")))
    assert own.heard[0][2] == HearingWish("", "de")


async def test_a_bug_in_a_provider_is_told_in_words(voiced, recording, ear, caplog):
    ear.failure = ZeroDivisionError()
    with pytest.raises(Exception, match="cannot be heard") as failure:
        await told(voiced.hear(recording, HearingChoice()))
    assert failure.value.code == "stt.broken"
    caplog.clear()


async def test_a_reply_is_spoken_and_kept_behind_a_link(voiced, thread_id, store):
    events = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id=thread_id))
    assert types(events) == [
        "tts_stream_start",
        "tts_audio_chunk",
        "tts_audio_chunk",
        "tts_stream_end",
    ]
    assert events[0].content_type == "audio/mpeg"
    assert sound_of(events) == b"ID3sound"
    (kept,) = await store.media.of_thread(thread_id, "speech")
    assert await store.media.bytes_of(kept) == b"ID3sound"
    assert events[-1].document_id == kept.id
    assert str(events[-1].audio_url).startswith(f"{ROOT}/api/media/{kept.id}?expires=")


async def test_the_record_of_speaking_keeps_all_that_is_known(voiced, thread_id, mouth):
    choice = SpeakingChoice("first", "loud", "nova", provider_options={"speed": 2})
    *_, end = await told(voiced.speak("One. Two.", choice, thread_id=thread_id))
    assert end.voice_records == {
        "tts": {
            "provider": "scripted",
            "model": "loud",
            "voice": "nova",
            "content_type": "audio/mpeg",
            "characters": 9,
            "size_bytes": 8,
            "audio_url": end.audio_url,
            "document_id": end.document_id,
        }
    }
    assert mouth.spoken == [("One.\nTwo.", SpeakingWish("loud", "nova", "", {"speed": 2}))]


async def test_only_what_has_a_sound_is_spoken(voiced, thread_id, mouth):
    reply = "# Title\nSee **this**: https://example.org\n```\ncode\n```\nDone."
    await told(voiced.speak(reply, SpeakingChoice(), thread_id=thread_id))
    assert mouth.spoken[0][0] == "Title\nSee this:\nDone."


async def test_a_wav_that_was_streamed_is_kept_with_its_length(voiced, thread_id, store, mouth):
    mouth.pieces = (wav_header(24_000), bytes(48_000))
    events = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id=thread_id))
    assert sound_of(events)[40:44] == b"\xff\xff\xff\xff"
    (kept,) = await store.media.of_thread(thread_id, "speech")
    with wave.open(io.BytesIO(await store.media.bytes_of(kept))) as sound:
        assert (sound.getnframes(), sound.getframerate()) == (24_000, 24_000)


async def test_a_large_piece_of_sound_is_told_in_several_events(voiced, thread_id, mouth):
    mouth.pieces = (bytes(100_000),)
    events = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id=thread_id))
    assert types(events).count("tts_audio_chunk") == 5
    assert sound_of(events) == bytes(100_000)


async def test_a_voice_that_fails_in_the_middle_is_told_and_nothing_is_kept(
    voiced, thread_id, mouth, store
):
    mouth.failure = NetworkError("http.500", "The voice is down.")
    events = await told(voiced.speak("Hello.", SpeakingChoice(model="m"), thread_id=thread_id))
    assert types(events)[-1] == "tts_error"
    assert "tts_stream_end" not in types(events)
    assert events[-1].error == "The voice is down."
    assert events[-1].voice_records["tts"]["error"] == "The voice is down."
    assert events[-1].voice_records["tts"]["model"] == "m"
    assert await store.media.of_thread(thread_id, "speech") == []


@pytest.mark.parametrize(
    ("text", "choice", "words"),
    [
        ("Hello.", SpeakingChoice(provider="nobody"), "nobody"),
        ("Hello.", SpeakingChoice(output_format="tape"), "only mp3"),
        ("```\ncode\n```", SpeakingChoice(), "no words"),
        ("", SpeakingChoice(), "no words"),
    ],
)
async def test_what_cannot_be_spoken_is_told_at_once(voiced, thread_id, text, choice, words):
    (event,) = await told(voiced.speak(text, choice, thread_id=thread_id))
    assert event.type == "tts_error"
    assert words in event.error


async def test_a_voice_without_a_sound_is_told(voiced, thread_id, mouth):
    mouth.pieces = (b"",)
    (event,) = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id=thread_id))
    assert event.error == "The voice gave no sound."


async def test_speech_without_end_is_cut_off(voiced, thread_id, mouth, monkeypatch):
    monkeypatch.setattr(voiced_message, "MAX_SPEECH_BYTES", 4)
    events = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id=thread_id))
    assert types(events) == ["tts_stream_start", "tts_audio_chunk", "tts_error"]
    assert mouth.closed == 1


async def test_speech_for_a_thread_that_is_gone_is_told(voiced):
    events = await told(voiced.speak("Hello.", SpeakingChoice(), thread_id="gone"))
    assert types(events)[-1] == "tts_error"


@pytest.mark.parametrize(
    ("voice", "code", "words"),
    [
        (Voice(stt=HearingChoice(provider="x")), "provider.bad_choice", "first, other"),
        (Voice(tts=SpeakingChoice(provider="x")), "provider.bad_choice", "first"),
        (Voice(tts=SpeakingChoice(output_format="tape")), "speech.format", "only mp3"),
    ],
)
async def test_what_cannot_be_done_is_refused_beforehand(voiced, voice, code, words):
    with pytest.raises(InputError, match=words) as refusal:
        await voiced.check(voice)
    assert refusal.value.code == code


async def test_what_can_be_done_is_let_through(voiced):
    await voiced.check(Voice(stt=HearingChoice(), tts=SpeakingChoice(provider="first")))
    await voiced.check(Voice())
