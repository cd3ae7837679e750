"""The speech of one reply as a stream carries it: samples at once, encoded sound kept whole."""

from __future__ import annotations

import re

from desktop_app.errors import ProtocolError
from desktop_app.protocol.gateway_speech import SPEECH_RATE_HZ, MakeResample, Resample
from desktop_app.protocol.wav_stream import WavStream

MAX_ENCODED_BYTES = 64 << 20

_RATE = re.compile(r"(?:rate=|pcm_)(\d{4,6})")
_ENCODED = (b"ID3", b"OggS", b"fLaC")


class StreamSpeech:
    """Takes the pieces of one spoken reply, in order.

    Samples (``audio/pcm``, ``audio/L16``, of any ``rate=``) and WAV come out as they come in,
    as s16le mono 24 kHz. What must be decoded whole, mp3 for one, is kept until the end.

    Args:
        content_type: As the server says; empty is found out from the sound.
        make_resample: For rates other than 24 kHz; None where the shell cannot convert.
    """

    def __init__(self, content_type: str = "", make_resample: MakeResample | None = None) -> None:
        self.content_type = content_type.lower()
        self._make_resample = make_resample
        self._resample: Resample | None = None
        self._wav: WavStream | None = None
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._is_encoded = False
        self._has_begun = False
        self._odd = b""

    def feed(self, data: bytes) -> bytes:
        """The whole samples that can be played now, at 24 kHz.

        Raises:
            ProtocolError: ``stream.sound_too_long``, ``stream.sound_format``.
        """
        if not data:
            return b""
        if not self._has_begun:
            self._begin(data)
        if self._is_encoded:
            self._keep(data)
            return b""
        if self._wav is not None:
            data = self._unpacked(self._wav, data)
        return self._played(data)

    def finish(self) -> bytes:
        """The samples that a conversion still held back."""
        return self._resample(b"", is_last=True) if self._resample else b""

    @property
    def encoded(self) -> bytes:
        """What has to be decoded whole; empty where everything has been played."""
        return b"".join(self._kept) if self._is_encoded else b""

    def _begin(self, data: bytes) -> None:
        self._has_begun = True
        kind = self.content_type
        is_open = not kind or "octet-stream" in kind
        if "wav" in kind or (is_open and data.startswith(b"RIFF")):
            self._wav = WavStream()
        elif is_open:
            self._is_encoded = data.startswith(_ENCODED)
        else:
            self._is_encoded = "pcm" not in kind and "l16" not in kind
        if not self._is_encoded and self._wav is None:
            found = _RATE.search(kind)
            self._resample = self._from(int(found[1]) if found else SPEECH_RATE_HZ)

    def _unpacked(self, wav: WavStream, data: bytes) -> bytes:
        if wav.rate_hz is not None:
            return wav.feed(data)
        self._keep(data)
        try:
            samples = wav.feed(data)
        except ProtocolError:  # stereo, or samples of another kind: to be decoded whole
            self._is_encoded, self._wav = True, None
            return b""
        if wav.rate_hz is not None:
            self._kept.clear()
            self._resample = self._from(wav.rate_hz)
        return samples

    def _played(self, data: bytes) -> bytes:
        pcm = self._odd + data if self._odd else data
        whole = len(pcm) & ~1
        self._odd = pcm[whole:]
        pcm = pcm[:whole] if self._odd else pcm
        return self._resample(pcm, is_last=False) if self._resample and pcm else pcm

    def _keep(self, data: bytes) -> None:
        self._kept.append(data)
        self._kept_bytes += len(data)
        if self._kept_bytes > MAX_ENCODED_BYTES:
            raise ProtocolError("stream.sound_too_long", "The spoken answer is too long to play.")

    def _from(self, rate_hz: int) -> Resample | None:
        if rate_hz == SPEECH_RATE_HZ:
            return None
        if self._make_resample is None:
            raise ProtocolError(
                "stream.sound_format",
                f"The answer is spoken at {rate_hz} Hz, which cannot be played here.",
                format=self.content_type,
            )
        return self._make_resample(rate_hz)
