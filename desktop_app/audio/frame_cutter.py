"""From blocks of a sound device to frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, AudioFrame
from desktop_app.audio.resampler import Resampler, downmix

_BYTES_PER_S = CAPTURE_RATE_HZ * 2


class FrameCutter:
    """Turns blocks of a device into frames and says when each was captured.

    Of a block that is told late, that is later than it was; the frames behind it are never earlier.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._is_plain = rate_hz == CAPTURE_RATE_HZ and channels == 1
        self._channels = channels
        self._resampler = Resampler(rate_hz, CAPTURE_RATE_HZ)
        self._rest = b""
        self._latest_s = -math.inf

    def feed(self, pcm: bytes, at_s: float) -> Sequence[AudioFrame]:
        """Cut one block whose last sample was captured at ``at_s``."""
        if self._is_plain and len(pcm) == FRAME_BYTES and not self._rest:
            if at_s > self._latest_s:
                self._latest_s = at_s
            return (AudioFrame(pcm, self._latest_s),)
        self._rest += self._resampler.feed(downmix(pcm, self._channels))
        frames = list[AudioFrame]()
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            later_s = len(self._rest) / _BYTES_PER_S + self._resampler.held_s
            self._latest_s = max(self._latest_s, at_s - later_s)
            frames.append(AudioFrame(frame, self._latest_s))
        return frames
