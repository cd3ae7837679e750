"""V3 and V4 of the performance page: from the microphone to the server, and to the answer."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, cycle, islice
from statistics import median
from typing import TypeVar

from desktop_app.audio.detectors import SpeechDetector, WebRtcDetector, speech_detector
from desktop_app.audio.frames import FRAME_BYTES, FRAME_MS
from desktop_app.audio.level import rms
from desktop_app.audio.wav import read_wav
from desktop_app.engine.inputs import TalkPressed, TalkReleased
from desktop_app.link.messages import Phase
from tests.benchmarks.bare_wire import Work, talking
from tests.benchmarks.card import TickingStream
from tests.benchmarks.figures import Figure, PageGoal, Spread, percentile
from tests.benchmarks.rig import END_SILENCE_MS, Rig
from tests.benchmarks.voice import (
    QUESTIONS,
    QUIETEST_VOICE,
    ROOT,
    Notes,
    last_voiced,
    opener,
    peer,
)

SECONDS = float(os.environ.get("PARLEY_BENCH_SECONDS", "40"))
_ROUNDS = 5
"""Each way is measured so often, in turns: a machine that is shared works now faster, now slower,
and a way that had another minute than its reference was up to twice as dear."""

_ROUND_S = SECONDS / _ROUNDS
_SPOKEN_TURNS = 20
_PERIOD_MS = 10.0
Way = TypeVar("Way")
_FIRST = 256  # numbers below are the noise of the room
_BELIEVED_MS = 500
"""Of the start of an utterance: its frames wait until a voice is believed to be one, and are sent
then. That is no frame's way; how long they wait is said beside it."""

_WAITING = _BELIEVED_MS // FRAME_MS
_P50_GOAL, _P99_GOAL = PageGoal(0.40, 0.34), PageGoal(1.0, 0.77)  # of its reference


@dataclass(frozen=True)
class Sent:
    """What it took to bring frames to the server.

    Attributes:
        taken_ms: Of each frame of a voice that is believed to be one.
        cpu_ms_per_s: Of this process, for a second of sound.
        held_ms: Of the frame that waited longest for that.
    """

    taken_ms: list[float]
    cpu_ms_per_s: float
    held_ms: float = 0.0

    @classmethod
    def of_rounds(cls, rounds: Sequence[Sent]) -> Sent:
        """Every frame of them, and what a round in the middle cost."""
        return cls(
            list(chain.from_iterable(one.taken_ms for one in rounds)),
            median(one.cpu_ms_per_s for one in rounds),
            max(one.held_ms for one in rounds),
        )

    @property
    def p50_ms(self) -> float:
        return percentile(self.taken_ms, 0.5)

    @property
    def p99_ms(self) -> float:
        return percentile(self.taken_ms, 0.99)

    def notes(self, prefix: str = "") -> dict[str, float | str]:
        """Its numbers, for the figure's line."""
        numbers = {"p50": self.p50_ms, "p99": self.p99_ms, "cpu_ms_per_s": self.cpu_ms_per_s}
        return {prefix + name: number for name, number in numbers.items()}


async def sending() -> list[Figure]:
    """V3, with the gate alone and with the judge, beside the page's reference in the same run."""
    figures = []
    for name, detector, cpu_goal in (
        ("WebRTC gate", WebRtcDetector(), PageGoal(10, 9.9)),
        ("Silero judges", speech_detector(), PageGoal(45, 9.9)),
    ):
        bare: dict[Work, list[Sent]] = {work: [] for work in Work}
        ours: list[Sent] = []
        for _ in range(_ROUNDS):
            with _nothing_of_the_start_is_garbage():
                for work, rounds in bare.items():
                    rounds.append(await _sent_by(_bare, work))
                ours.append(await _sent_by(_ours, detector))
        beside = {work: Sent.of_rounds(rounds) for work, rounds in bare.items()}
        figures.append(_sending(name, Sent.of_rounds(ours), beside, cpu_goal))
    return figures


def _sending(name: str, ours: Sent, bare: dict[Work, Sent], cpu_goal: PageGoal) -> Figure:
    page, same = bare[Work.PAGE], bare[Work.SAME]
    is_met = (
        _P50_GOAL.is_met(ours.p50_ms, page.p50_ms)
        and _P99_GOAL.is_met(ours.p99_ms, page.p99_ms)
        and cpu_goal.is_met(ours.cpu_ms_per_s, page.cpu_ms_per_s)
    )
    notes: dict[str, float | str] = {
        "floor_is": "the page's reference; beside it the page's floor, and the reference with what "
        "a conversation asks for too: each frame in a file, a silent loudspeaker",
        **ours.notes(),
        "held_ms": ours.held_ms,
        "cpu_of_same": ours.cpu_ms_per_s / same.cpu_ms_per_s,
        "cpu_of_page": ours.cpu_ms_per_s / page.cpu_ms_per_s,
    }
    for work, sent in bare.items():
        notes |= sent.notes(f"{work.value}_")
    return Figure(
        "V3",
        f"microphone frame -> at the server, {name}",
        "ms",
        Spread.of(ours.taken_ms),
        f"p50 <= {_P50_GOAL.ratio:.2f}x, p99 <= {_P99_GOAL.ratio:.2f}x, "
        f"CPU <= {cpu_goal.ratio:.2f}x the page's reference",
        is_met,
        Spread.of(page.taken_ms),
        notes,
    )


async def _sent_by(send: Callable[[Notes, str, Way], Awaitable[Sent]], way: Way) -> Sent:
    async with peer() as (notes, url):
        return await send(notes, url, way)


@contextmanager
def _nothing_of_the_start_is_garbage() -> Iterator[None]:
    """As the engine's process freezes it; for the floor too, which is in this process."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _ours(notes: Notes, url: str, detector: SpeechDetector) -> Sent:
    async with Rig(detector=detector).running(opener(url)) as rig:
        card = rig.card.input()
        rig.engine.take(TalkPressed())
        await rig.phase(Phase.HEARING)
        card.speak(_numbered(_ROUND_S))
        cpu = await _cpu_while(_ROUND_S, (card, rig.card.output()))
        rig.engine.take(TalkReleased())
        await rig.turn()
    taken = _latencies(card.said_s, notes)
    return Sent(taken[_WAITING:], cpu, max(taken[:_WAITING]))


async def _bare(notes: Notes, url: str, work: Work) -> Sent:
    async with talking(url, work) as cards:
        cards[0].speak(_numbered(_ROUND_S))
        cpu = await _cpu_while(_ROUND_S, cards)
    return Sent(_latencies(cards[0].said_s, notes)[_WAITING:], cpu)


async def _cpu_while(seconds: float, cards: Sequence[TickingStream]) -> float:
    """Milliseconds of this process's CPU in each second, without what stands for a driver."""

    def used_s() -> float:
        return time.process_time() - sum(card.own_cpu_s for card in cards)

    start_s = used_s()
    await asyncio.sleep(seconds)
    return (used_s() - start_s) * 1000 / seconds


def _latencies(said_s: array[float], notes: Notes) -> list[float]:
    arrived_s = notes.arrivals_s()
    return [
        (arrived_s[number] - at_s) * 1000
        for number, at_s in enumerate(said_s, _FIRST)
        if number in arrived_s
    ]


def _numbered(seconds: float) -> bytes:
    """Speech without a pause, its frames numbered from _FIRST in their first sample."""
    speech = b"".join(read_wav(ROOT / name) for name in QUESTIONS)
    voiced = [frame for frame in _frames(speech) if rms(frame) > QUIETEST_VOICE]
    count = round(seconds * 1000 / FRAME_MS)
    numbered = enumerate(islice(cycle(voiced), count), _FIRST)
    return b"".join(number.to_bytes(2, "little") + frame[2:] for number, frame in numbered)


def _frames(pcm: bytes) -> list[bytes]:
    whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
    return [pcm[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]


async def answering() -> list[Figure]:
    """V4: the last voiced sample -> the first sample of a reply that is there at once."""
    taken: list[float] = []
    missed = 0
    async with peer() as (_, url), Rig().running(opener(url)) as rig:
        for number in range(_SPOKEN_TURNS):
            spoken = read_wav(ROOT / QUESTIONS[number % len(QUESTIONS)])
            card = rig.card.input()
            before = len(card.said_s)
            card.speak(spoken)
            try:
                times = await rig.turn()
            except TimeoutError:
                missed += 1
                continue
            assert times.first_sound is not None
            last_voiced_s = card.said_s[before + last_voiced(spoken)]
            taken.append((times.first_sound - last_voiced_s) * 1000 - END_SILENCE_MS)
            await rig.phase(Phase.LISTENING)
    p50, p90 = percentile(taken, 0.5), percentile(taken, 0.9)
    return [
        Figure(
            "V4",
            "last voiced sample -> first sample of the reply, over the silence",
            "ms",
            Spread.of(taken),
            "p50 <= 18, p90 <= 28 ms, none missed",
            p50 <= 18 and p90 <= 28 and not missed,
            Spread.of(_floor()),
            {
                "p50": p50,
                "p90": p90,
                "missed": missed,
                "floor_is": "half a frame of the microphone and half a period of the loudspeaker",
            },
        )
    ]


def _floor() -> Sequence[float]:
    return [0.0, _PERIOD_MS / 2, _PERIOD_MS]
