"""Streaming sample rate conversion and downmix of int16 sound."""

from __future__ import annotations

import importlib
from array import array
from typing import Any

_SAMPLE_BYTES = 2


class Resampler:
    """Converts mono s16le from one rate to another, piece by piece (soxr, high quality).

    soxr holds back 21 ms of sound on average, 40 ms at most, until it has seen what follows;
    ``flush`` gives it out. Its medium quality holds back as much; its low quality 11 ms, but it
    takes 13 dB off the consonants at 7 kHz, and words are lost. Equal rates pass untouched.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        if from_hz <= 0 or to_hz <= 0:
            raise ValueError("sample rates are positive")
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._carry = b""
        self._stream: Any = None  # soxr ships no types
        self._held_s = 0.0

    @property
    def held_s(self) -> float:
        """Seconds of sound taken in and not yet given out."""
        return self._held_s

    def feed(self, pcm: bytes) -> bytes:
        """Convert the next piece; a byte of a split sample waits for its other half."""
        pcm = self._carry + pcm
        whole = len(pcm) & ~1
        self._carry = pcm[whole:]
        return self._convert(pcm[:whole], last=False)

    def flush(self) -> bytes:
        """Give out what was held back and start anew."""
        rest = self._convert(b"", last=True) if self._stream is not None else b""
        self._carry = b""
        self._stream = None
        self._held_s = 0.0
        return rest

    def _convert(self, pcm: bytes, *, last: bool) -> bytes:
        if self.from_hz == self.to_hz or not (pcm or last):
            return pcm
        import numpy as np  # costs 80 ms, so only once sound needs it

        if self._stream is None:
            self._stream = _open_stream(self.from_hz, self.to_hz)
        samples = np.frombuffer(pcm, dtype=np.int16)
        exact = self._stream.resample_chunk(samples.astype(np.float32), last=last)
        rounded = np.clip(np.rint(exact), -32768, 32767).astype(np.int16)
        converted = bytes(rounded.tobytes())
        self._held_s += len(samples) / self.from_hz - len(converted) / 2 / self.to_hz
        return converted


def _open_stream(from_hz: int, to_hz: int) -> Any:
    from soxr import ResampleStream  # type: ignore[import-untyped]  # ships no types

    # int16 would have soxr add dither: silence has to stay silence
    return ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")


def load() -> None:
    """Import what converting needs, 100 to 250 ms: before sound comes, on a thread to spare."""
    importlib.import_module("numpy")
    importlib.import_module("soxr")


def downmix(pcm: bytes, channels: int) -> bytes:
    """Average interleaved s16le channels into one; whole sample groups only."""
    if channels == 1:
        return pcm
    group_bytes = channels * _SAMPLE_BYTES
    samples = memoryview(pcm)[: len(pcm) - len(pcm) % group_bytes].cast("h")
    if channels == 2:
        pairs = zip(samples[::2], samples[1::2], strict=True)
        return array("h", [(left + right) >> 1 for left, right in pairs]).tobytes()
    apart = [samples[channel::channels] for channel in range(channels)]
    mixed = [sum(group) // channels for group in zip(*apart, strict=True)]
    return array("h", mixed).tobytes()
