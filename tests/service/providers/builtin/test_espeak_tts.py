"""The built-in voice, with the real library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from desktop_app.errors import ChildError
from desktop_app.service.providers.builtin import espeak_library, espeak_tts
from desktop_app.service.providers.builtin.espeak_tts import EspeakTts

_SENTENCE = "The quick brown fox jumps over the lazy dog."


@pytest.fixture
async def tts() -> AsyncIterator[EspeakTts]:
    voice = EspeakTts()
    yield voice
    await voice.aclose()


async def spoken(tts: EspeakTts, text: str, **how: object) -> bytes:
    async with asyncio.timeout(20), aclosing(tts.speak(text, **how)) as chunks:
        return b"".join([chunk async for chunk in chunks])


def seconds_of(pcm: bytes) -> float:
    return len(pcm) / 2 / 24_000


async def test_a_sentence_is_a_few_seconds_of_sound(tts):
    pcm = await spoken(tts, _SENTENCE)
    samples = np.frombuffer(pcm, "<i2").astype(float)
    assert 2.0 < seconds_of(pcm) < 4.5
    assert np.sqrt(np.mean(samples**2)) > 500
    assert np.abs(samples).max() > 5000


async def test_chunks_are_short_and_hold_whole_samples(tts):
    async with aclosing(tts.speak(_SENTENCE)) as chunks:
        sizes = [len(chunk) async for chunk in chunks]
    assert len(sizes) > 20
    assert all(size % 2 == 0 and size <= 0.1 * 48_000 for size in sizes)


async def test_a_higher_speed_takes_less_time(tts):
    slow = await spoken(tts, _SENTENCE, speed=0.7)
    fast = await spoken(tts, _SENTENCE, speed=1.6)
    assert len(fast) < 0.7 * len(slow)


@pytest.mark.parametrize("speed", [0.0, -3.0, 1e9, float("nan"), float("inf")])
async def test_an_impossible_speed_still_speaks(tts, speed):
    assert seconds_of(await spoken(tts, "hello", speed=speed)) > 0.1


@pytest.mark.parametrize("text", ["", " ", "\0", "...", "🙂"])
async def test_a_text_without_words_does_no_harm(tts, text):
    assert seconds_of(await spoken(tts, text)) < 5
    assert seconds_of(await spoken(tts, "and on")) > 0.3


@pytest.mark.parametrize(
    "text", ["Größe und Übermut", "こんにちは世界", "Привет, мир", "مرحبا", "\ud800"]
)
async def test_other_languages_are_spoken_somehow(tts, text):
    await spoken(tts, text)
    assert seconds_of(await spoken(tts, "still here")) > 0.3


async def test_an_unknown_voice_is_replaced(tts):
    default = await spoken(tts, _SENTENCE)
    unknown = await spoken(tts, _SENTENCE, voice="no such voice")
    assert seconds_of(unknown) == pytest.approx(seconds_of(default), abs=0.1)


async def test_a_listed_voice_sounds_different(tts):
    voices = await tts.voices()
    assert {"en-us", "en-gb", "de"} <= set(voices)
    assert await spoken(tts, _SENTENCE, voice="de") != await spoken(tts, _SENTENCE)


async def test_closing_early_stops_the_synthesis(tts):
    long_text = "and so it goes on and on " * 400
    async with aclosing(tts.speak(long_text)) as chunks:
        await anext(chunks)
    assert seconds_of(await spoken(tts, "next")) < 2


async def test_a_slow_listener_slows_the_voice(tts, monkeypatch):
    monkeypatch.setattr(espeak_tts, "_CHUNKS_AHEAD", 4)
    stream = espeak_tts._Stream()
    worker = asyncio.get_running_loop().run_in_executor(
        None, tts._synthesize, stream, "and so it goes on " * 50, "", 1.0
    )
    async with aclosing(stream.chunks()) as chunks:
        await anext(chunks)
        assert len(stream._chunks) <= 4
        stream.stop()
    await asyncio.wait_for(worker, 10)


async def test_two_sentences_at_once_do_not_mix(tts):
    texts = ("one potato", _SENTENCE)
    alone = [seconds_of(await spoken(tts, text)) for text in texts]
    together = await asyncio.gather(*(spoken(tts, text) for text in texts))
    assert [seconds_of(pcm) for pcm in together] == pytest.approx(alone, abs=0.1)


async def test_the_first_chunk_comes_before_the_sentence_is_done(tts, monkeypatch):
    made = []
    put = espeak_tts._Stream.put

    def count(stream, chunk):
        made.append(chunk)
        put(stream, chunk)

    monkeypatch.setattr(espeak_tts, "_CHUNKS_AHEAD", 4)
    monkeypatch.setattr(espeak_tts._Stream, "put", count)
    async with aclosing(tts.speak("and so it goes on " * 300)) as chunks:
        await anext(chunks)
        assert len(made) <= 6  # this one, four ahead, and one that waits for room


async def test_a_long_data_path_is_shortened(tts, tmp_path: Path, monkeypatch):
    deep = tmp_path.joinpath(*["a" * 40] * 5)
    deep.mkdir(parents=True)
    data = deep / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))
    assert seconds_of(await spoken(tts, _SENTENCE)) > 2


async def test_missing_data_is_an_error_and_the_process_lives(tts, tmp_path, monkeypatch):
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path / "none"))
    with pytest.raises(ChildError):
        await spoken(tts, "hello")


async def test_a_missing_library_is_an_error(tts, tmp_path, monkeypatch):
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "none.so"))
    with pytest.raises(ChildError):
        await spoken(tts, "hello")


async def test_after_closing_nothing_is_spoken():
    tts = EspeakTts()
    await tts.aclose()
    await tts.aclose()
    with pytest.raises(ChildError):
        await spoken(tts, "hello")


def test_a_short_path_is_taken_as_it_is(tmp_path):
    library = espeak_library.EspeakLibrary()
    assert library._short_path(Path("/short")) == Path("/short")
    library.close()
