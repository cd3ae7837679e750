"""The formats in which sound that is made here can be had, and its encoders."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from desktop_app.audio.resampler import Resampler
from desktop_app.errors import InputError
from desktop_app.protocol.wav_stream import wav_header

_RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_BIT_RATES_K = {44_100: (32, 320), 48_000: (32, 320)}  # of MPEG 1; the other rates are MPEG 2's
_LOW_BIT_RATES_K = (8, 160)
_WORST = 0.99  # at 1.0 libsndfile refuses
_TYPES = {
    "wav": "audio/wav",
    "pcm": "audio/pcm",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
}
_CONTAINERS = {
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "opus": ("OGG", "OPUS"),
}
_NAME = re.compile(
    r"(?P<codec>wav|pcm|flac|mp3|opus)(?:_(?P<rate>\d{4,5}))?(?:_(?P<kbit>\d{1,3}))?"
)

FORMATS = ",".join(_TYPES)


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """How sound is encoded, always mono.

    Attributes:
        codec: ``wav``, ``pcm``, ``flac``, ``mp3`` or ``opus``.
        bit_rate_k: Of ``mp3``, in kbit/s; None leaves it to the encoder.
    """

    codec: str
    rate_hz: int
    bit_rate_k: int | None = None

    @property
    def content_type(self) -> str:
        """MIME type, with the rate of sound that has no header."""
        kind = _TYPES[self.codec]
        return f"{kind};rate={self.rate_hz}" if self.codec == "pcm" else kind


def read_format(name: str) -> SoundFormat:
    """A format by its name: a codec, with a rate and a bit rate where they matter.

    Args:
        name: ``wav``, ``pcm_24000``, ``mp3_44100_128``, ...

    Raises:
        InputError: ``speech.format``.
    """
    found = _NAME.fullmatch(name.strip().lower())
    if found is None or int(found["rate"] or 24_000) not in _RATES_HZ:
        rates = ", ".join(map(str, _RATES_HZ))
        raise InputError(
            "speech.format",
            f"Speech cannot be had as “{name}” here, only as wav, pcm, flac, mp3 or opus, with a"
            f" rate of {rates}: for example pcm_24000.",
        )
    codec, rate_hz = found["codec"], int(found["rate"] or 24_000)
    is_mp3 = codec == "mp3" and found["kbit"]
    if codec == "opus" and rate_hz not in (8_000, 16_000, 24_000, 48_000):
        rate_hz = 48_000  # it has no others
    return SoundFormat(codec, rate_hz, int(found["kbit"]) if is_mp3 else None)


class Encoder(Protocol):
    """Encodes s16le mono sound, piece by piece."""

    def feed(self, pcm: bytes) -> bytes:
        """What of the encoded sound is complete."""

    def finish(self) -> bytes:
        """The rest of it."""


def open_encoder(form: SoundFormat, rate_hz: int) -> Encoder:
    """An encoder of samples that come at ``rate_hz``."""
    if form.codec in _CONTAINERS:
        return _WholeEncoder(form, rate_hz)
    return _StreamEncoder(form, rate_hz)


class _StreamEncoder:
    """Samples, behind a header of unknown length for ``wav``."""

    def __init__(self, form: SoundFormat, rate_hz: int) -> None:
        self._resampler = Resampler(rate_hz, form.rate_hz)
        self._header = wav_header(form.rate_hz) if form.codec == "wav" else b""

    def feed(self, pcm: bytes) -> bytes:
        """Header and samples."""
        header, self._header = self._header, b""
        return header + self._resampler.feed(pcm)

    def finish(self) -> bytes:
        """The samples that the resampler held back."""
        return self._header + self._resampler.flush()


class _WholeEncoder:
    """Formats whose beginning is written last: nothing comes before the end."""

    def __init__(self, form: SoundFormat, rate_hz: int) -> None:
        from soundfile import SoundFile  # loaded on first use

        container, subtype = _CONTAINERS[form.codec]
        self._resampler = Resampler(rate_hz, form.rate_hz)
        self._buffer = io.BytesIO()
        self._sound = SoundFile(
            self._buffer,
            "w",
            samplerate=form.rate_hz,
            channels=1,
            format=container,
            subtype=subtype,
            **_quality(form),
        )

    def feed(self, pcm: bytes) -> bytes:
        """Nothing."""
        self._write(self._resampler.feed(pcm))
        return b""

    def finish(self) -> bytes:
        """The whole file."""
        self._write(self._resampler.flush())
        self._sound.close()
        return self._buffer.getvalue()

    def _write(self, pcm: bytes) -> None:
        if pcm:
            self._sound.write(np.frombuffer(pcm, "<i2"))


def _quality(form: SoundFormat) -> dict[str, Any]:
    if form.bit_rate_k is None:
        return {}
    least, most = _BIT_RATES_K.get(form.rate_hz, _LOW_BIT_RATES_K)
    level = (most - form.bit_rate_k) / (most - least)
    return {"bitrate_mode": "CONSTANT", "compression_level": min(max(level, 0.0), _WORST)}
