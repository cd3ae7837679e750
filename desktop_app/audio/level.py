"""How loud sound is: as energy for rules, as a 0..1 level for eyes."""

from __future__ import annotations

import math
import warnings

with warnings.catch_warnings():  # the library left Python with 3.13, and lives on beside it
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_SAMPLE_BYTES = 2
_FULL_SCALE = 32768.0
_QUIETEST_DB = -60.0
_LOUDEST_DB = -6.0
_RANGE_DB = _LOUDEST_DB - _QUIETEST_DB
_QUIETEST = _FULL_SCALE * 10 ** (_QUIETEST_DB / 20)


def rms(pcm: bytes | memoryview) -> int:
    """Root mean square of s16le sound, 0 to 32768; an odd last byte is ignored."""
    return audioop.rms(pcm[: len(pcm) & ~1] if len(pcm) & 1 else pcm, _SAMPLE_BYTES)


def level_of(pcm: bytes | memoryview) -> float:
    """Perceived loudness of s16le sound, 0.0 (below -60 dBFS) to 1.0 (above -6 dBFS)."""
    return loudness(rms(pcm))


def loudness(energy: float) -> float:
    """``level_of`` sound whose root mean square is known."""
    if energy <= _QUIETEST:
        return 0.0
    loudness_db = 20 * math.log10(energy / _FULL_SCALE)
    return 1.0 if loudness_db >= _LOUDEST_DB else (loudness_db - _QUIETEST_DB) / _RANGE_DB
