"""V6 of the performance page: speech into a reply, and a cough, without any echo."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from uuid import uuid4

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.level import rms
from desktop_app.audio.wav import read_wav
from desktop_app.engine.inputs import PromptTyped, ReplyStopped
from desktop_app.link.messages import Phase
from tests.benchmarks.card import TickingStream
from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.rig import Rig
from tests.benchmarks.voice import QUESTIONS, ROOT, opener, peer

_QUIETEST_VOICE = 60.0
_COUGH_FRAMES = 18  # 360 ms
_ROUNDS = 4
_BEFORE_S = 0.5


async def figures() -> list[Figure]:
    """Speech silences the reply at once; what is short lets it go on, what lasts ends it."""
    silenced: list[float] = []
    went_on: list[float] = []
    ended = 0
    async with peer() as (_, url), Rig(barge_in=True).running(opener(url)) as rig:
        for number in range(_ROUNDS * len(QUESTIONS)):
            spoken = _from_first_voice(read_wav(ROOT / QUESTIONS[number % len(QUESTIONS)]))
            is_cough = number % 2 == 0
            await _begin_reply(rig)
            said_s = _speak(rig, spoken[: _COUGH_FRAMES * FRAME_BYTES] if is_cough else spoken)
            await rig.phase(Phase.PAUSED)
            await rig.phase(Phase.SPEAKING if is_cough else Phase.HEARING)
            ended += not is_cough
            await asyncio.sleep(0.1)
            output = rig.card.output()
            silent_s = _first(output, after_s=said_s(), has_sound=False)
            silenced.append((silent_s - said_s()) * 1000)
            if is_cough:
                sounds_s = _first(output, after_s=silent_s, has_sound=True)
                went_on.append((sounds_s - silent_s) * 1000)
            await _calm(rig)
    p50, p95 = percentile(silenced, 0.5), percentile(silenced, 0.95)
    return [
        Figure(
            "V6",
            "first voiced sample over a reply -> silence, no echo",
            "ms",
            Spread.of(silenced),
            "p50 <= 200, p95 <= 300 ms",
            p50 <= 200 and p95 <= 300,
            Spread.of([20.0, 50.0, 60.0]),
            {"p50": p50, "p95": p95, "ended": ended, "floor_is": "the 60 ms that convince"},
        ),
        Figure(
            "V6",
            "silence for a cough of 360 ms -> the reply goes on",
            "ms",
            Spread.of(went_on),
            "<= 2000 ms, every time",
            len(went_on) == len(silenced) - ended and max(went_on) <= 2000,
            Spread.of([600.0]),
            {"floor_is": "the silence that ends an utterance, set to be so"},
        ),
    ]


async def _begin_reply(rig: Rig) -> None:
    wish = json.dumps({"chunks": 400, "paced": False})
    rig.engine.take(PromptTyped(str(uuid4()), wish))
    await rig.phase(Phase.SPEAKING)
    await asyncio.sleep(_BEFORE_S)


def _speak(rig: Rig, pcm: bytes) -> Callable[[], float]:
    """Say it; when its first sample was said can be asked for once it was."""
    card = rig.card.input()
    before = len(card.said_s)
    card.speak(pcm)
    return lambda: card.said_s[before]


def _from_first_voice(pcm: bytes) -> bytes:
    frames = [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]
    first = next(number for number, frame in enumerate(frames) if rms(frame) > _QUIETEST_VOICE)
    return b"".join(frames[first:])


def _first(card: TickingStream, *, after_s: float, has_sound: bool) -> float:
    return next(
        one.done_s for one in card.periods if one.done_s > after_s and one.has_sound is has_sound
    )


async def _calm(rig: Rig) -> None:
    """Nobody speaks, nothing is answered, and the detector has forgotten the last words."""
    await asyncio.sleep(2.5)
    rig.engine.take(ReplyStopped())
    await rig.phase(Phase.LISTENING)
    await asyncio.sleep(0.5)
