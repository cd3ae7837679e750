"""The unit of captured sound."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.audio.level import rms

CAPTURE_RATE_HZ = 16_000
"""What detectors and recognisers hear."""

SPEECH_RATE_HZ = 24_000
"""What replies are played at."""

FRAME_MS = 20
FRAME_BYTES = CAPTURE_RATE_HZ * FRAME_MS // 1000 * 2


class AudioFrame(Struct, eq=False, gc=False):
    """20 ms of microphone sound.

    A Struct, as one is made of each frame.

    Attributes:
        pcm: s16le mono 16 kHz, FRAME_BYTES long.
        at_s: Monotonic seconds at which its last sample was captured.
    """

    pcm: bytes
    at_s: float
    _energy: float | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AudioFrame):
            return NotImplemented
        return (self.pcm, self.at_s) == (other.pcm, other.at_s)

    __hash__ = None  # type: ignore[assignment]  # as of whatever can be equal and changes

    @property
    def energy(self) -> float:
        """Root mean square of the samples; measured once for all who ask."""
        if self._energy is None:
            self._energy = rms(self.pcm)
        return self._energy
