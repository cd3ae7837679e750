"""Replies spoken by the built-in voice, in every format that is offered."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest
import soundfile

from desktop_app.errors import InputError
from desktop_app.service.providers.builtin import builtin_speaker
from desktop_app.service.providers.builtin.builtin_speaker import BuiltinSpeaker
from desktop_app.service.providers.builtin.espeak_tts import EspeakTts
from desktop_app.service.providers.recording_ports import SpeakingWish
from tests.fakes.providers import CHUNK, ScriptedTts

_TEXT = "The quick brown fox jumps over the lazy dog. And then it sleeps."


@pytest.fixture
async def real() -> AsyncIterator[BuiltinSpeaker]:
    tts = EspeakTts()
    yield BuiltinSpeaker(tts)
    await tts.aclose()


async def utter(speaker: BuiltinSpeaker, text: str = _TEXT, **wish: object) -> list[bytes]:
    async with asyncio.timeout(20), aclosing(speaker.utter(text, SpeakingWish(**wish))) as pieces:
        return [piece async for piece in pieces]


def decoded(sound: bytes) -> tuple[np.ndarray, int]:
    samples, rate_hz = soundfile.read(io.BytesIO(sound), dtype="float32")
    return samples, rate_hz


@pytest.mark.parametrize(
    ("name", "content_type", "rate_hz"),
    [
        ("wav", "audio/wav", 24_000),
        ("wav_16000", "audio/wav", 16_000),
        ("flac", "audio/flac", 24_000),
        ("mp3_44100_128", "audio/mpeg", 44_100),
        ("mp3", "audio/mpeg", 24_000),
        ("opus", "audio/ogg", 24_000),
    ],
)
async def test_every_format_holds_the_same_speech(real, name, content_type, rate_hz):
    reference = len(b"".join(await utter(real, output_format="pcm"))) / 2 / 24_000
    sound = b"".join(await utter(real, output_format=name))
    assert real.content_type(SpeakingWish(output_format=name)) == content_type
    samples, found_hz = decoded(sound)
    assert found_hz == rate_hz
    assert len(samples) / rate_hz == pytest.approx(reference, abs=0.12)
    assert np.abs(samples).max() > 0.1


async def test_samples_without_a_header_name_their_rate(real):
    wish = SpeakingWish(options={"response_format": "pcm"})
    assert real.content_type(wish) == "audio/pcm;rate=24000"
    half = b"".join(await utter(real, output_format="pcm_8000"))
    full = b"".join(await utter(real, output_format="pcm_16000"))
    assert len(full) == pytest.approx(2 * len(half), rel=0.01)


async def test_a_wav_begins_before_the_speech_is_made():
    tts = ScriptedTts(is_endless=True)
    async with aclosing(BuiltinSpeaker(tts).utter("Hi.", SpeakingWish())) as pieces:
        first = await anext(pieces)
    assert first.startswith(b"RIFF")
    assert first.endswith(CHUNK)
    assert tts.closed == 1


async def test_sentences_are_spoken_one_by_one_in_order():
    tts = ScriptedTts()
    sound = b"".join(await utter(BuiltinSpeaker(tts), "One. Two! Three?", output_format="pcm"))
    assert tts.spoken == ["One.", "Two!", "Three?"]
    assert sound == CHUNK * 6


async def test_a_faster_voice_takes_less_time(real):
    normal = b"".join(await utter(real, output_format="pcm"))
    fast = b"".join(await utter(real, output_format="pcm", options={"speed": 2}))
    assert len(fast) < 0.7 * len(normal)


async def test_a_voice_of_another_language_sounds_different(real):
    assert await utter(real, voice="de") != await utter(real, voice="en-gb")
    assert await utter(real, voice="en-us+f3") != await utter(real, voice="en-us")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"voice": "nova"}, "speech.voice"),
        ({"model": "tts-1"}, "speech.model"),
        ({"output_format": "aac"}, "speech.format"),
        ({"output_format": "pcm_12345"}, "speech.format"),
        ({"options": {"response_format": "aac"}}, "speech.format"),
        ({"options": {"speed": "fast"}}, "speech.option"),
        ({"options": {"speed": 9}}, "speech.option"),
        ({"options": {"speed": True}}, "speech.option"),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused(real, wish, code):
    with pytest.raises(InputError) as refusal:
        await utter(real, **wish)
    assert refusal.value.code == code


async def test_a_reply_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(builtin_speaker, "LONGEST_CHARACTERS", 10)
    with pytest.raises(InputError, match="too long"):
        await utter(BuiltinSpeaker(ScriptedTts()))


async def test_a_reply_without_words_is_refused(real):
    with pytest.raises(InputError, match="no words"):
        await utter(real, " ")


async def test_the_bit_rate_is_the_one_asked_for(real):
    sizes = {}
    for bit_rate_k in (32, 128):
        sound = b"".join(await utter(real, output_format=f"mp3_44100_{bit_rate_k}"))
        sizes[bit_rate_k] = len(sound)
    assert sizes[128] == pytest.approx(4 * sizes[32], rel=0.05)


async def test_its_model_is_listed_as_one_that_speaks():
    (model,) = await BuiltinSpeaker(ScriptedTts()).models()
    assert (model.name, model.provider, model.model_type) == ("mouth", "builtin", "tts")
    assert "wav" in model.supported_output_formats.split(",")
