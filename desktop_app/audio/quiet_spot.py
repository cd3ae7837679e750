"""Where between two words sound can be cut, or taken up again. Pure."""

from __future__ import annotations

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.level import rms


def quiet_spot(pcm: bytes, rate_hz: int = SPEECH_RATE_HZ) -> int:
    """The byte where the quietest 10 ms begin, the latest of equals; 0 for less sound than that.

    Args:
        pcm: s16le mono.
        rate_hz: Of its samples.
    """
    window = rate_hz // 100 * 2
    last = len(pcm) - window
    spots = range(last % window, last + 1, window) if last >= 0 else range(1)
    return min(reversed(spots), key=lambda at: rms(pcm[at : at + window]))
