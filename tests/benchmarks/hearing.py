"""V3 and V4 of the performance page: from the microphone to the server, and to the answer."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice

from websockets.asyncio.client import connect

from desktop_app.audio.detectors import SpeechDetector, WebRtcDetector, speech_detector
from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, FRAME_MS
from desktop_app.audio.level import rms
from desktop_app.audio.portaudio import StreamRequest
from desktop_app.audio.wav import read_wav
from desktop_app.engine.inputs import TalkPressed, TalkReleased
from desktop_app.link.messages import Phase
from tests.benchmarks.card import TickingStream
from tests.benchmarks.figures import Figure, Spread, percentile
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

SECONDS = float(os.environ.get("PARLEY_BENCH_SECONDS", "20"))
_SPOKEN_TURNS = 20
_PERIOD_MS = 10.0
_FIRST = 256  # numbers below are the noise of the room
_P50_GOAL, _P99_GOAL = 1.18, 1.3  # 0.40 of 0.34 ms, 1.0 of 0.77: the page's goals of its floor


async def sending() -> list[Figure]:
    """V3, with the gate alone and with the judge, beside a bare socket fed by the same card."""
    figures = []
    for name, detector, cpu_goal in (
        ("WebRTC gate", WebRtcDetector(), 1.0),
        ("Silero judges", speech_detector(), 4.5),
    ):
        with _nothing_of_the_start_is_garbage():
            async with peer() as (notes, url):
                floor_ms, floor_cpu = await _bare(notes, url)
            async with peer() as (notes, url):
                ours_ms, ours_cpu = await _ours(notes, url, detector)
        p50, p99 = percentile(ours_ms, 0.5), percentile(ours_ms, 0.99)
        floor_p50, floor_p99 = percentile(floor_ms, 0.5), percentile(floor_ms, 0.99)
        is_prompt = p50 <= _P50_GOAL * floor_p50 and p99 <= _P99_GOAL * floor_p99
        figures.append(
            Figure(
                "V3",
                f"microphone frame -> at the server, {name}",
                "ms",
                Spread.of(ours_ms),
                f"p50 <= {_P50_GOAL}x, p99 <= {_P99_GOAL}x, CPU <= {cpu_goal}x a bare socket",
                is_prompt and ours_cpu <= cpu_goal * floor_cpu,
                Spread.of(floor_ms),
                {
                    "p50": p50,
                    "p99": p99,
                    "floor_p99": floor_p99,
                    "cpu_ms_per_s": ours_cpu,
                    "floor_cpu_ms_per_s": floor_cpu,
                    "floor_is": "the same card, a bare socket and no detector",
                },
            )
        )
    return figures


@contextmanager
def _nothing_of_the_start_is_garbage() -> Iterator[None]:
    """As the engine's process freezes it; for the floor too, which is in this process."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _ours(notes: Notes, url: str, detector: SpeechDetector) -> tuple[list[float], float]:
    async with Rig(detector=detector).running(opener(url)) as rig:
        card = rig.card.input()
        rig.engine.take(TalkPressed())
        await rig.phase(Phase.HEARING)
        card.speak(_numbered(SECONDS))
        cpu = await _cpu_while(SECONDS, (card, rig.card.output()))
        rig.engine.take(TalkReleased())
        await rig.turn()
    return _latencies(card.said_s, notes), cpu


async def _bare(notes: Notes, url: str) -> tuple[list[float], float]:
    """What no program can be under: the card's thread wakes a loop, which sends."""
    loop = asyncio.get_running_loop()
    frames: asyncio.Queue[bytes] = asyncio.Queue()

    def on_block(indata: memoryview, *_: object) -> None:
        loop.call_soon_threadsafe(frames.put_nowait, bytes(indata))

    request = StreamRequest(Direction.INPUT, CAPTURE_RATE_HZ, FRAME_MS, on_block, lambda: None)
    async with connect(url, compression=None) as socket:
        card = TickingStream(request)

        async def send() -> None:
            while True:
                await socket.send(await frames.get())

        sending = asyncio.create_task(send())
        card.speak(_numbered(SECONDS))
        cpu = await _cpu_while(SECONDS, (card,))
        await asyncio.to_thread(card.stop)
        sending.cancel()
    return _latencies(card.said_s, notes), cpu


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
