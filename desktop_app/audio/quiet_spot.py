"""Where between two words sound can be taken up again. Pure."""

from __future__ import annotations

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.level import rms

_WINDOW_BYTES = SPEECH_RATE_HZ // 100 * 2  # 10 ms


def quiet_spot(pcm: bytes) -> int:
    """The byte where the quietest 10 ms begin, the latest of equals; 0 for less sound than that.

    Args:
        pcm: s16le mono 24 kHz.
    """
    last = len(pcm) - _WINDOW_BYTES
    spots = range(last % _WINDOW_BYTES, last + 1, _WINDOW_BYTES) if last >= 0 else range(1)
    return min(reversed(spots), key=lambda at: rms(pcm[at : at + _WINDOW_BYTES]))
