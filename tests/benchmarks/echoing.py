"""V6 of the performance page with the echo canceller on, in a room in numbers.

What is judged is what the product judges: the detectors on what the canceller leaves. A turn that
begins while nobody speaks would have silenced the reply: a false stop.
"""

from __future__ import annotations

import asyncio

from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.echo import WebRtcEchoCanceller
from desktop_app.audio.frames import FRAME_BYTES, AudioFrame
from desktop_app.audio.turn_detector import SpeechStarted, TurnDetector
from tests.benchmarks.figures import Figure, Spread, percentile
from tests.fakes.room import echo, hiss, milliseconds, reply_speech, talk, through

_REPLY_S = 60
_DELAYS_MS = (20, 120, 250)
_LOUDNESS_DB = (-12.0, -6.0, 0.0)


async def figures() -> list[Figure]:
    """How late a person is noticed over an echo, and how often nobody is taken for one."""
    return await asyncio.to_thread(_figures)


def _figures() -> list[Figure]:
    reply = reply_speech(_REPLY_S)
    late_ms, floor_ms = _late_over(reply, _LOUDNESS_DB), _late_over(b"", (0.0,))
    stops = [float(len(_begun(_alone(reply, delay)))) for delay in _DELAYS_MS]
    p50, p95 = percentile(late_ms, 0.5), percentile(late_ms, 0.95)
    return [
        Figure(
            "V6",
            "first voiced sample over a reply -> noticed, echo of -12, -6 and 0 dB removed",
            "ms",
            Spread.of(late_ms),
            "p50 <= 200, p95 <= 300 ms",
            p50 <= 200 and p95 <= 300,
            Spread.of(floor_ms),
            {"p50": p50, "p95": p95, "floor_is": "the same people in a silent room"},
        ),
        Figure(
            "V6",
            "false stops in a minute of echo at 20, 120 and 250 ms",
            "1/min",
            Spread.of(stops),
            "0",
            not any(stops),
        ),
    ]


def _alone(reply: bytes, delay_ms: int) -> bytes:
    near = echo(reply, delay_ms=delay_ms)
    return through(WebRtcEchoCanceller(), near + hiss(len(near)), reply)


def _late_over(reply: bytes, loudness_db: tuple[float, ...]) -> list[float]:
    """How long after their first voiced sample people are noticed."""
    late: list[float] = []
    for db in loudness_db:
        length = _REPLY_S * 16_000
        near = echo(reply, delay_ms=120, db=db) if reply else hiss(length)
        said, spans = talk(len(near))
        begun = _begun(through(WebRtcEchoCanceller(), near + said + hiss(len(near)), reply))
        for start, end in spans:
            noticed = [at for at in begun if start <= at < end]
            late.append(float(min(noticed, default=end) - start))
    return late


def _begun(pcm: bytes) -> list[int]:
    """Milliseconds at which turns begin."""
    detector, turns = speech_detector(), TurnDetector()
    begun = []
    for number in range(len(pcm) // FRAME_BYTES):
        frame = pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        at_ms = milliseconds(number)
        signals = turns.feed(AudioFrame(frame, at_ms / 1000), is_speech=detector.is_speech(frame))
        begun += [at_ms for signal in signals if isinstance(signal, SpeechStarted)]
    return begun
