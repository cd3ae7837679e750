"""The unit of captured sound."""

from __future__ import annotations

from typing import NamedTuple

CAPTURE_RATE_HZ = 16_000
"""What detectors and recognisers hear."""

SPEECH_RATE_HZ = 24_000
"""What replies are played at."""

FRAME_MS = 20
FRAME_BYTES = CAPTURE_RATE_HZ * FRAME_MS // 1000 * 2


class AudioFrame(NamedTuple):
    """20 ms of microphone sound.

    Attributes:
        pcm: s16le mono 16 kHz, FRAME_BYTES long.
        at_s: Monotonic seconds at which its last sample was captured.
    """

    pcm: bytes
    at_s: float
