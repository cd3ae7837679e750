"""Recordings heard by the built-in recogniser: real words, and scripted ones where order counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.errors import ChildError, InputError
from desktop_app.service.providers.builtin.builtin_transcriber import BuiltinTranscriber
from desktop_app.service.providers.builtin.pocketsphinx_stt import PocketsphinxStt
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)
from tests.fakes.providers import ScriptedStt

_QUESTION = Path(__file__).parents[4] / "resources/demo/ten_miles_in_kilometers.wav"
_COLOUR = _QUESTION.with_name("favorite_color.wav")


@pytest.fixture
async def real() -> AsyncIterator[BuiltinTranscriber]:
    stt = PocketsphinxStt()
    yield BuiltinTranscriber(stt)
    await stt.aclose()


async def hear(
    transcriber: BuiltinTranscriber, path: Path, wish: HearingWish | None = None
) -> list[HeardDelta | HeardAll]:
    recording = Recording(path, path.name)
    async with (
        asyncio.timeout(60),
        aclosing(transcriber.transcribe(recording, wish or HearingWish())) as events,
    ):
        return [event async for event in events]


def spoken_twice(path: Path) -> Path:
    """The same question twice, two seconds apart."""
    samples, rate_hz = soundfile.read(_COLOUR)
    soundfile.write(path, np.concatenate([samples, np.zeros(2 * rate_hz), samples]), rate_hz)
    return path


async def test_a_recording_is_understood_word_for_word(real):
    *deltas, whole = await hear(real, _QUESTION)
    assert whole == HeardAll("what is ten miles in kilometers", 2.365, {"duration_seconds": 2.365})
    assert [delta.text for delta in deltas] == [whole.text]


async def test_an_mp3_at_another_rate_says_the_same(real, tmp_path):
    samples, rate_hz = soundfile.read(_COLOUR)
    path = tmp_path / "question.mp3"
    soundfile.write(path, np.repeat(samples, 3), rate_hz * 3)
    assert (await hear(real, path))[-1].text == "what is my favorite color"


async def test_silence_and_noise_hold_no_words(real, tmp_path):
    quiet, noise = tmp_path / "quiet.wav", tmp_path / "noise.wav"
    soundfile.write(quiet, np.zeros(48_000), 16_000)
    soundfile.write(noise, np.random.default_rng(1).normal(0, 0.05, 48_000), 16_000)
    assert await hear(real, quiet) == [HeardAll("", 3.0, {"duration_seconds": 3.0})]
    assert await hear(real, noise) == [HeardAll("", 3.0, {"duration_seconds": 3.0})]


async def test_what_is_said_after_a_pause_is_a_further_delta(tmp_path):
    stt = ScriptedStt(words=("hello", "there"))
    events = await hear(BuiltinTranscriber(stt), spoken_twice(tmp_path / "twice.wav"))
    assert events[:2] == [HeardDelta("hello there"), HeardDelta(" hello there")]
    assert events[2].text == "".join(delta.text for delta in events[:2])
    assert len(stt.utterances) == 2


async def test_the_recogniser_is_given_the_speech_and_not_the_pause(tmp_path):
    stt = ScriptedStt()
    await hear(BuiltinTranscriber(stt), spoken_twice(tmp_path / "twice.wav"))
    seconds = [len(utterance.heard) / 32_000 for utterance in stt.utterances]
    assert seconds == pytest.approx([2.9, 2.9], abs=0.5)


async def test_a_recognisers_failure_reaches_the_listener():
    failing = BuiltinTranscriber(ScriptedStt(failure=ChildError("stt.failed", "It broke.")))
    with pytest.raises(ChildError, match="It broke"):
        await hear(failing, _QUESTION)


async def test_closing_early_opens_no_further_utterance(tmp_path):
    stt = ScriptedStt()
    recording = Recording(spoken_twice(tmp_path / "twice.wav"), "twice.wav")
    async with aclosing(BuiltinTranscriber(stt).transcribe(recording, HearingWish())) as events:
        await anext(events)
    assert len(stt.utterances) == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (HearingWish(model="whisper-1"), "recording.model"),
        (HearingWish(language="de"), "recording.language"),
    ],
)
async def test_what_it_cannot_hear_with_is_refused(wish, code):
    with pytest.raises(InputError) as refusal:
        await hear(BuiltinTranscriber(ScriptedStt()), _QUESTION, wish)
    assert refusal.value.code == code


@pytest.mark.parametrize("language", ["", "en", "en-GB"])
async def test_english_is_heard_by_any_of_its_names(language):
    wish = HearingWish(model="ear", language=language)
    events = await hear(BuiltinTranscriber(ScriptedStt()), _QUESTION, wish)
    assert events[-1].text == "what time is it"


async def test_its_model_is_listed_as_one_that_hears():
    (model,) = await BuiltinTranscriber(ScriptedStt()).models()
    assert (model.name, model.provider, model.model_type) == ("ear", "builtin", "stt")
