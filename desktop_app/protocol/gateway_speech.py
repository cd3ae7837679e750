"""One spoken reply as the gateway sends it: base64 pieces in, whole samples at 24 kHz out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import pybase64

from desktop_app.errors import ProtocolError

SPEECH_RATE_HZ = 24_000

_PCM = re.compile(r"pcm_(\d{4,6})\Z")


class Resample(Protocol):
    """Converts one stream of s16le mono to 24 kHz, piece by piece."""

    def __call__(self, pcm: bytes, *, is_last: bool) -> bytes: ...


MakeResample = Callable[[int], Resample]
"""Starts the conversion of one stream from a rate in hertz."""


class ReplySpeech:
    """Decodes the sound of one reply, in order.

    Args:
        output_format: The gateway's name for it, e.g. ``pcm_24000``; empty means that.
        make_resample: For rates other than 24 kHz; None where the shell cannot convert.

    Raises:
        ProtocolError: ``gateway.sound_format``: it cannot be played.
    """

    def __init__(self, output_format: str, make_resample: MakeResample | None) -> None:
        self.given_bytes = 0
        self._odd = b""
        self._resample: Resample | None = None
        rate_hz = _rate_hz(output_format)
        if rate_hz == SPEECH_RATE_HZ:
            return
        if rate_hz is None or make_resample is None:
            raise ProtocolError(
                "gateway.sound_format",
                f"The voice service speaks {output_format}, which is not supported yet.",
                format=output_format,
            )
        self._resample = make_resample(rate_hz)

    def decode(self, audio: str) -> bytes:
        """The samples in one piece; an odd last byte waits for the next.

        Raises:
            ProtocolError: ``gateway.bad_sound``: not base64.
        """
        try:
            pcm = pybase64.b64decode(audio, validate=True)
        except ValueError as error:
            raise ProtocolError("gateway.bad_sound", "The speech cannot be decoded.") from error
        if self._odd:
            pcm = self._odd + pcm
        if len(pcm) % 2:
            pcm, self._odd = pcm[:-1], pcm[-1:]
        else:
            self._odd = b""
        return self._given(self._resample(pcm, is_last=False) if self._resample else pcm)

    def rest_of(self, audio: str) -> bytes:
        """What a whole reply in one piece adds to what was already given."""
        before, self.given_bytes, self._odd = self.given_bytes, 0, b""
        return (self.decode(audio) + self.finish())[before:]

    def finish(self) -> bytes:
        """What the conversion still held back."""
        return self._given(self._resample(b"", is_last=True)) if self._resample else b""

    def _given(self, pcm: bytes) -> bytes:
        self.given_bytes += len(pcm)
        return pcm


def _rate_hz(output_format: str) -> int | None:
    found = _PCM.match(output_format or "pcm_24000")
    return int(found[1]) if found else None
