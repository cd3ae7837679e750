"""What a recording of the loudspeaker holds."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

RATE_HZ = 24_000
_BLOCK = RATE_HZ // 200  # 5 ms
_LOUD = 200  # of 32767: above what resampling leaves of silence


@dataclass(frozen=True)
class Speech:
    """Where the sound begins and ends, and its longest hole, in milliseconds."""

    start_ms: int
    end_ms: int
    longest_gap_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def speech_in(pcm: bytes) -> Speech:
    """Look at mono s16le 24 kHz; AssertionError when it is silent throughout."""
    samples = memoryview(pcm[: len(pcm) & ~1]).cast("h")
    loud = [
        max(map(abs, samples[at : at + _BLOCK])) > _LOUD for at in range(0, len(samples), _BLOCK)
    ]
    assert any(loud), "the recording is silent"
    first = loud.index(True)
    last = len(loud) - 1 - loud[::-1].index(True)
    gap = longest = 0
    for is_loud in loud[first : last + 1]:
        gap = 0 if is_loud else gap + 1
        longest = max(longest, gap)
    return Speech(first * 5, (last + 1) * 5, longest * 5)


def read(path: Path) -> bytes:
    """The samples of a recording made by the sound server."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1)
        return file.readframes(file.getnframes())
