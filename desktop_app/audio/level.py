"""How loud sound is: as energy for rules, as a 0..1 level for eyes."""

from __future__ import annotations

import math
import struct
from functools import lru_cache

_FULL_SCALE = 32768.0
_QUIETEST_DB = -60.0
_LOUDEST_DB = -6.0
_RANGE_DB = _LOUDEST_DB - _QUIETEST_DB
_QUIETEST = _FULL_SCALE * 10 ** (_QUIETEST_DB / 20)


def rms(pcm: bytes | memoryview) -> float:
    """Root mean square of s16le sound, 0.0 to 32768.0; an odd last byte is ignored."""
    samples = memoryview(pcm)[: len(pcm) & ~1].cast("h").tolist()
    # A sum takes more than twice as long, and so do numbers that are taken out one by one.
    return math.hypot(*samples) / math.sqrt(len(samples) or 1)


def rough_rms(pcm: bytes | memoryview) -> float:
    """``rms`` by every second sample: half the work, and within 2 dB in 20 ms of a voice."""
    samples = _every_second(len(pcm)).unpack_from(pcm)
    return math.hypot(*samples) / math.sqrt(len(samples) or 1)


@lru_cache(maxsize=16)
def _every_second(size_bytes: int) -> struct.Struct:
    """Reads them out of so many bytes, in one step."""
    pairs, last = divmod(size_bytes // 2, 2)
    return struct.Struct("<" + "h2x" * pairs + "h" * last)


def level_of(pcm: bytes | memoryview) -> float:
    """Perceived loudness of s16le sound, 0.0 (below -60 dBFS) to 1.0 (above -6 dBFS)."""
    return loudness(rough_rms(pcm))


def loudness(energy: float) -> float:
    """``level_of`` sound whose root mean square is known."""
    if energy <= _QUIETEST:
        return 0.0
    loudness_db = 20 * math.log10(energy / _FULL_SCALE)
    return 1.0 if loudness_db >= _LOUDEST_DB else (loudness_db - _QUIETEST_DB) / _RANGE_DB
