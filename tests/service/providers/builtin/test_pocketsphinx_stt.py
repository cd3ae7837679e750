"""The built-in recogniser, with its real model and recorded questions."""

from __future__ import annotations

import asyncio
import wave
import weakref
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pocketsphinx
import pytest

from desktop_app.errors import ChildError
from desktop_app.service.providers.builtin import pocketsphinx_stt
from desktop_app.service.providers.builtin.pocketsphinx_stt import (
    PocketsphinxRecognition,
    PocketsphinxStt,
)

_ROOT = Path(__file__).parents[4]
_RECORDINGS = {
    "tests/sounds/days_until_christmas.wav": "how many days are there until christmas",
    "tests/sounds/one_hundred_divided_by_four.wav": "what is one hundred divided by four",
    "tests/sounds/square_root_of_one_hundred.wav": "what is the square root of one hundred",
    "resources/demo/favorite_color.wav": "what is my favorite color",
    "resources/demo/ten_miles_in_kilometers.wav": "what is ten miles in kilometers",
    "resources/demo/remember_green.wav": "remember that my favorite color is green",
}


@pytest.fixture
async def stt() -> AsyncIterator[PocketsphinxStt]:
    recogniser = PocketsphinxStt()
    yield recogniser
    await recogniser.aclose()


def recording(path: str) -> bytes:
    with wave.open(str(_ROOT / path)) as sound:
        return sound.readframes(sound.getnframes())


async def heard(recognition: PocketsphinxRecognition) -> list[tuple[str, bool]]:
    async with asyncio.timeout(60), aclosing(recognition.transcripts()) as transcripts:
        return [(told.text, told.is_final) async for told in transcripts]


async def final_of(stt: PocketsphinxStt, pcm: bytes, step: int = 640) -> str:
    recognition = stt.open()
    for at in range(0, len(pcm), step):
        await recognition.room()
        recognition.feed(pcm[at : at + step])
    await recognition.finish()
    told = await heard(recognition)
    await recognition.aclose()
    assert [is_final for _, is_final in told] == [False] * (len(told) - 1) + [True]
    return told[-1][0]


async def test_the_recorded_questions_are_understood_word_for_word(stt):
    heard_words = {path: await final_of(stt, recording(path)) for path in _RECORDINGS}
    assert heard_words == _RECORDINGS


async def test_silence_around_the_words_changes_nothing(stt):
    pcm = bytes(9600) + recording("resources/demo/favorite_color.wav") + bytes(19200)
    assert await final_of(stt, pcm) == "what is my favorite color"


async def test_partials_come_before_the_final_and_only_when_they_change(stt):
    recognition = stt.open()
    recognition.feed(recording("resources/demo/ten_miles_in_kilometers.wav"))
    await recognition.finish()
    told = await heard(recognition)
    partials = [text for text, is_final in told if not is_final]
    assert len(partials) >= 3
    assert all(one != next_one for one, next_one in pairwise(partials))


async def test_words_are_shown_before_the_channel_is_known(stt):
    recognition = stt.open()
    second = recording("resources/demo/ten_miles_in_kilometers.wav")[:32_000]
    for at in range(0, len(second), 3_200):
        recognition.feed(second[at : at + 3_200])
    async with asyncio.timeout(60), aclosing(recognition.transcripts()) as transcripts:
        first = await anext(transcripts)
    assert first.text
    assert not first.is_final
    await recognition.aclose()


async def test_a_preview_that_is_given_up_leaves_a_decoder_for_the_next(stt):
    half = recording("resources/demo/favorite_color.wav")[:16_000]
    for _ in range(5):
        recognition = stt.open()
        recognition.feed(half)
        await recognition.aclose()
    pcm = recording("resources/demo/favorite_color.wav")
    assert await final_of(stt, pcm) == "what is my favorite color"
    assert stt._decoders._made == 1


async def test_the_size_of_the_pieces_does_not_change_the_words(stt):
    pcm = recording("resources/demo/favorite_color.wav")
    words = {await final_of(stt, pcm, step) for step in (333, 3200, len(pcm))}
    assert words == {"what is my favorite color"}


async def test_more_utterances_than_decoders_at_once_do_not_mix(stt, monkeypatch):
    monkeypatch.setattr(pocketsphinx_stt, "_DECODERS", 2)
    paths = [*_RECORDINGS][:3]
    finals = await asyncio.gather(*(final_of(stt, recording(path)) for path in paths))
    assert finals == [_RECORDINGS[path] for path in paths]


async def test_an_utterance_dropped_in_the_middle_frees_its_decoder(stt, monkeypatch):
    monkeypatch.setattr(pocketsphinx_stt, "_DECODERS", 1)
    dropped = stt.open()
    dropped.feed(recording("resources/demo/remember_green.wav"))
    await dropped.aclose()
    await dropped.aclose()
    dropped.feed(b"late")
    pcm = recording("resources/demo/favorite_color.wav")
    assert await final_of(stt, pcm) == "what is my favorite color"


async def test_a_reader_of_a_dropped_utterance_ends(stt):
    recognition = stt.open()
    await recognition.aclose()
    assert await heard(recognition) == []


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(100), bytes(64_000)])
async def test_no_words_are_an_empty_final(stt, pcm):
    assert await final_of(stt, pcm) == ""


async def test_a_long_utterance_is_decoded_in_segments(stt, monkeypatch):
    monkeypatch.setattr(pocketsphinx_stt, "_SEGMENT_BYTES", 64_000)
    pcm = (recording("resources/demo/favorite_color.wav") + bytes(16_000)) * 3
    assert await final_of(stt, pcm) == " ".join(["what is my favorite color"] * 3)


async def test_a_failure_of_the_decoder_is_told_to_the_reader(stt, monkeypatch):
    def fail(_: bytes) -> str:
        raise RuntimeError("Failed to start utterance processing")

    monkeypatch.setattr(pocketsphinx_stt, "channel_mean", fail)
    recognition = stt.open()
    recognition.feed(bytes(64_000))
    with pytest.raises(ChildError):
        await heard(recognition)
    await recognition.aclose()


async def test_there_is_room_again_once_sound_was_decoded(stt, monkeypatch):
    monkeypatch.setattr(pocketsphinx_stt, "_WAITING_LIMIT_BYTES", 96_000)
    recognition = stt.open()
    recognition.feed(bytes(96_000))
    assert not recognition.has_room
    async with asyncio.timeout(60):
        await recognition.room()
    assert recognition.has_room
    await recognition.aclose()


async def test_nobody_waits_for_room_in_an_utterance_that_was_dropped(stt, monkeypatch):
    monkeypatch.setattr(pocketsphinx_stt, "_WAITING_LIMIT_BYTES", 6400)
    recognition = stt.open()
    recognition.feed(bytes(320_000))
    waiting = asyncio.create_task(recognition.room())
    await asyncio.sleep(0)
    await recognition.aclose()
    async with asyncio.timeout(60):
        await waiting


async def test_warming_up_twice_loads_one_decoder(stt):
    await stt.warm_up()
    await stt.warm_up()
    assert stt._decoders._made == 1


async def test_what_is_closed_gives_its_models_back(monkeypatch):
    """They are 95 MB each, and Python's collector sees no reason to hurry."""
    loaded: list[weakref.ref[Any]] = []

    class Watched(pocketsphinx.Decoder):  # type: ignore[name-defined, misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            loaded.append(weakref.ref(self))

    monkeypatch.setattr(pocketsphinx, "Decoder", Watched)
    stt = PocketsphinxStt()
    question = "resources/demo/favorite_color.wav"
    assert await final_of(stt, recording(question)) == _RECORDINGS[question]
    assert any(decoder() for decoder in loaded)
    await stt.aclose()
    await asyncio.to_thread(stt._worker.shutdown)  # its thread may still be letting go
    assert [decoder() for decoder in loaded] == [None] * len(loaded)
