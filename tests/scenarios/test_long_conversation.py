"""Hundreds of turns: nothing piles up."""

from __future__ import annotations

import gc
import tracemalloc

from desktop_app.engine.inputs import VoiceStarted
from desktop_app.link.messages import Phase
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig

WARM_UP, MEASURED = range(1, 16), range(16, 76)
TURNS_AN_HOUR = 360
ALLOWED_BYTES = 5_000_000


async def turn(rig: Rig, number: int) -> None:
    line = await rig.ask_aloud(number)
    line.say(
        TranscriptUpdated(number, f"question {number}", is_final=True),
        ReplyText(number, "An answer of some length. " * 10),
        ReplyAudio(number, speech(1000)),
        ReplyEnded(number),
    )
    await rig.phase_is(Phase.SPEAKING)
    await rig.loudspeaker.sound(1000)
    await rig.phase_is(Phase.LISTENING)


def forget(rig: Rig) -> None:
    """What the fakes keep for their tests is no growth of the engine."""
    rig.told.clear()
    rig.loudspeaker.heard.clear()
    rig.loudspeaker.finished.clear()
    rig.journal.forget()
    for line in rig.voice.transports:
        line.forget()


async def test_the_memory_of_a_long_conversation_does_not_grow():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        tracemalloc.start()
        try:
            used = [await used_after(rig, numbers) for numbers in (WARM_UP, MEASURED)]
        finally:
            tracemalloc.stop()
    growth = (used[1] - used[0]) / len(MEASURED)
    assert growth * TURNS_AN_HOUR < ALLOWED_BYTES


async def used_after(rig: Rig, numbers: range) -> int:
    """Bytes in use after these turns, without what the fakes remember."""
    for number in numbers:
        await turn(rig, number)
        forget(rig)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
