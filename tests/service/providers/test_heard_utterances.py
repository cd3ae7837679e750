"""Utterances of any length are heard by providers of whole recordings, without losing a word."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator

import pytest

from desktop_app.service.providers import heard_utterances
from desktop_app.service.providers.heard_utterances import HeardUtterances
from desktop_app.service.providers.ports import Transcript
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)
from tests.fakes.providers import ScriptedTranscriber

SECOND = 32_000  # bytes
LOUD = b"\x00\x40" * 16_000
QUIET = bytes(SECOND // 10)


class Counting(ScriptedTranscriber):
    """Hears the number of each recording, and keeps what it was given."""

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        self.heard.append((recording.path.read_bytes(), recording.filename, wish))
        yield HeardDelta("part")
        yield HeardAll(f"part {len(self.heard)}", 1.0)
        assert recording.path.exists()


def sound_of(ear: ScriptedTranscriber) -> list[bytes]:
    found = []
    for content, _, _ in ear.heard:
        with wave.open(io.BytesIO(content)) as file:
            found.append(file.readframes(file.getnframes()))
    return found


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setattr(heard_utterances, "PIECE_BYTES", 4 * SECOND)
    monkeypatch.setattr(heard_utterances, "_SEARCHED_BYTES", SECOND)
    return Counting("ears")


async def transcripts(ear: Counting, *chunks: bytes) -> list[Transcript]:
    utterance = HeardUtterances(ear).open()
    for chunk in chunks:
        utterance.feed(chunk)
    await utterance.finish()
    return [one async for one in utterance.transcripts()]


async def test_a_short_utterance_is_one_recording(ear):
    assert await transcripts(ear, LOUD, LOUD) == [
        Transcript("part", is_final=False),
        Transcript("part 1", is_final=True),
    ]
    assert sound_of(ear) == [LOUD * 2]


async def test_a_long_one_is_cut_between_words_and_its_texts_joined(ear):
    spoken = LOUD * 3 + LOUD[: SECOND // 2] + QUIET + LOUD * 2
    said = await transcripts(ear, *(spoken[at : at + 640] for at in range(0, len(spoken), 640)))
    assert [one.text for one in said] == ["part", "part 1", "part 1 part", "part 1 part 2"]
    assert [one.is_final for one in said] == [False, False, False, True]
    first, second = sound_of(ear)
    assert first + second == spoken
    assert 0 <= len(first) - 3 * SECOND - SECOND // 2 < len(QUIET)


async def test_what_is_cut_off_is_heard_while_the_rest_is_spoken(ear):
    utterance = HeardUtterances(ear).open()
    utterance.feed(LOUD * 4)
    told = utterance.transcripts()
    assert (await anext(told)).text == "part"
    assert await anext(told) == Transcript("part 1", is_final=False)
    utterance.feed(LOUD)
    await utterance.finish()
    assert [one.text async for one in told] == ["part 1 part", "part 1 part 2"]


async def test_no_more_is_taken_than_can_be_heard(ear):
    utterance = HeardUtterances(ear).open()
    while utterance.has_room:
        utterance.feed(LOUD)
    assert len(ear.heard) == 0
    waiting = asyncio.create_task(utterance.room())
    told = utterance.transcripts()
    await anext(told)
    await waiting
    assert utterance.has_room
    await utterance.aclose()
    utterance.feed(LOUD * 8)
    assert [one.is_final async for one in told][-1]
    assert len(ear.heard) == 1


@pytest.mark.parametrize("sound", [b"", bytes(100)])
async def test_what_is_too_short_for_a_file_has_no_words(ear, sound):
    assert await transcripts(ear, sound) == [Transcript("", is_final=True)]
    assert ear.heard == []
