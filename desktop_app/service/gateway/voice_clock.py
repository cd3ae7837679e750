"""When a client was last heard to speak, for those who measure how long words take."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop_app.audio.level import rms
from desktop_app.audio.turn_detector import NoiseFloor


class VoiceClock:
    """Follows the loudness of what a client sends; decides nothing.

    Args:
        clock: Monotonic seconds.

    Attributes:
        last_voiced_s: When sound that stands out of the room's noise came last; None before.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.last_voiced_s: float | None = None
        self._clock = clock
        self._floor = NoiseFloor()

    def hear(self, pcm: bytes) -> None:
        """Sound that came just now: s16le, mono, at any rate."""
        energy = rms(pcm)
        if energy > self._floor.loud:
            self.last_voiced_s = self._clock()
        else:
            self._floor.learn(energy)
