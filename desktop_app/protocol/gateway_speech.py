"""One spoken reply as the gateway sends it: base64 pieces in, whole samples at 24 kHz out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Protocol

import pybase64

from desktop_app.errors import ProtocolError
from desktop_app.protocol.wav_stream import WavStream

SPEECH_RATE_HZ = 24_000

MOST_UNREAD = 3
"""Of that many pieces in a row that cannot be read, the next is no better."""

_PCM = re.compile(r"pcm_(\d{4,6})\Z")

logger = logging.getLogger(__name__)


class Resample(Protocol):
    """Converts one stream of s16le mono to another rate, piece by piece."""

    def __call__(self, pcm: bytes, *, is_last: bool) -> bytes: ...


MakeResample = Callable[[int], Resample]
"""Starts the conversion of one stream from a rate in hertz to 24 kHz."""


class ReplySpeech:
    """Decodes the sound of one reply, in order.

    Args:
        output_format: The gateway's name for it: ``pcm_24000``, ``wav_16000``; empty means the
            first. The rate of a WAV is the one in its header.
        make_resample: For rates other than 24 kHz; None where the shell cannot convert.

    Raises:
        ProtocolError: ``gateway.sound_format``: it cannot be played.
    """

    def __init__(self, output_format: str, make_resample: MakeResample | None) -> None:
        self.given_bytes = 0
        self._make_resample = make_resample
        self._left = b""  # of the format before
        self._unread = 0  # pieces in a row
        self._odd = b""
        self._wav: WavStream | None = None
        self._resample: Resample | None = None
        self._begin(output_format or f"pcm_{SPEECH_RATE_HZ}")

    def become(self, output_format: str) -> None:
        """What follows has this format; empty is the one of before.

        Raises:
            ProtocolError: ``gateway.sound_format``: it cannot be played.
        """
        if output_format and output_format != self._format:
            self._left += self._converted(b"", is_last=True)
            self._begin(output_format)

    def decode(self, audio: str) -> bytes:
        """The samples in one piece; an odd last byte waits for the next.

        A piece that is no base64 is a gap; after MOST_UNREAD in a row nothing is expected any more.

        Raises:
            ProtocolError: ``gateway.bad_sound``: not base64; ``gateway.sound_format``: no WAV.
        """
        try:
            pcm = pybase64.b64decode(audio, validate=True)
        except ValueError as error:
            self._unread += 1
            if self._unread >= MOST_UNREAD:
                raise _unreadable() from error
            logger.info("A piece of speech that cannot be read was left out.")
            return b""
        self._unread = 0
        pcm = self._odd + (pcm if self._wav is None else self._unpacked(self._wav, pcm))
        whole = len(pcm) & ~1
        self._odd = pcm[whole:]
        return self._given(self._converted(pcm[:whole], is_last=False))

    def rest_of(self, audio: str, *, given_bytes: int = 0) -> bytes:
        """A whole reply in one piece, without what was already given of it.

        Raises:
            ProtocolError: As for ``decode``.
        """
        return (self.decode(audio) + self.finish())[given_bytes:]

    def finish(self) -> bytes:
        """What the conversion still held back.

        Raises:
            ProtocolError: ``gateway.bad_sound``: nothing that came could be read.
        """
        if self._unread and not self.given_bytes:
            raise _unreadable()
        return self._given(self._converted(b"", is_last=True))

    def _begin(self, output_format: str) -> None:
        self._format = output_format
        self._odd = b""
        self._wav = WavStream() if output_format.startswith("wav") else None
        self._resample = None
        if self._wav is None:
            found = _PCM.match(output_format)
            self._resample = self._from(int(found[1]) if found else None)

    def _unpacked(self, wav: WavStream, data: bytes) -> bytes:
        is_opening = wav.rate_hz is None
        samples = wav.feed(data)
        if is_opening and wav.rate_hz is not None:
            self._resample = self._from(wav.rate_hz)
        return samples

    def _converted(self, pcm: bytes, *, is_last: bool) -> bytes:
        return self._resample(pcm, is_last=is_last) if self._resample else pcm

    def _from(self, rate_hz: int | None) -> Resample | None:
        if rate_hz == SPEECH_RATE_HZ:
            return None
        if rate_hz is None or self._make_resample is None:
            raise ProtocolError(
                "gateway.sound_format",
                f"The voice service speaks {self._format}, which is not supported yet.",
                format=self._format,
            )
        return self._make_resample(rate_hz)

    def _given(self, pcm: bytes) -> bytes:
        if self._left:
            pcm, self._left = self._left + pcm, b""
        self.given_bytes += len(pcm)
        return pcm


def _unreadable() -> ProtocolError:
    return ProtocolError("gateway.bad_sound", "The speech cannot be decoded.")
