"""A quiet tune for a built-in video: one long tone after the other."""

from __future__ import annotations

import numpy as np

from desktop_app.service.providers.builtin.drawing.dice import Dice

RATE_HZ = 22_050
_LOWEST_HZ = 196.0
_STEPS = (0, 2, 4, 7, 9, 12, 14)
"""Half tones of a scale in which all goes together."""

_LOUDNESS = 0.16


def tune(duration_s: float, dice: Dice) -> bytes:
    """PCM: int16, one channel, ``RATE_HZ``; begins and ends in silence."""
    count = round(duration_s * RATE_HZ)
    at_s = np.arange(count) / RATE_HZ
    sound = np.zeros(count)
    for second in range(int(duration_s) + 1):
        pitch_hz = _LOWEST_HZ * 2 ** (dice.pick(_STEPS) / 12)
        since = np.clip((at_s - second) / 2, 0.0, 1.0)  # each tone lasts two seconds
        swell = np.sin(np.pi * since) ** 2
        sound += swell * (
            np.sin(2 * np.pi * pitch_hz * at_s) + 0.3 * np.sin(4 * np.pi * pitch_hz * at_s)
        )
    fade = np.clip(np.minimum(at_s, duration_s - at_s) / 0.25, 0.0, 1.0)
    return (sound * fade * _LOUDNESS * 32_767).clip(-32_767, 32_767).astype("<i2").tobytes()
