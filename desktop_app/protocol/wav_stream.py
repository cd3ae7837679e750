"""Sound in a WAV container, read piece by piece: the header off, the samples out. Pure."""

from __future__ import annotations

import struct

from desktop_app.errors import ProtocolError

_LONGEST_HEADER_BYTES = 1 << 16
_PCM = 1
_EXTENSIBLE = 0xFFFE
_UNKNOWN_SIZE = 0xFFFF_FFFF
_UNKNOWN_DATA = struct.pack("<4sI", b"data", _UNKNOWN_SIZE)
_HEADER_BYTES = 44


class WavStream:
    """Takes the header off a stream of bytes.

    Attributes:
        rate_hz: Of the samples; None until the header has been read.
    """

    def __init__(self) -> None:
        self.rate_hz: int | None = None
        self._waiting = b""
        self._left_bytes = 0

    def feed(self, data: bytes) -> bytes:
        """The samples (s16le mono) in the next piece; what follows them in the file is left out.

        Raises:
            ProtocolError: ``gateway.sound_format``: not a WAV of 16 bit mono samples.
        """
        if self.rate_hz is None:
            data = self._without_header(self._waiting + data)
        samples = data[: self._left_bytes]
        self._left_bytes -= len(samples)
        return samples

    def _without_header(self, data: bytes) -> bytes:
        """The bytes behind the header, or none while it is incomplete."""
        if not b"RIFF".startswith(data[:4]) or not b"WAVE".startswith(data[8:12]):
            raise _unplayable("it is no WAV sound")
        at, rate_hz = 12, 0
        while len(data) >= at + 8:
            name, size = struct.unpack_from("<4sI", data, at)
            if name == b"data":
                return self._opened(data[at + 8 :], rate_hz, size)
            if name == b"fmt " and len(data) >= at + 24:
                rate_hz = _rate_hz(data[at + 8 : at + 24])
            at += 8 + size + size % 2
        if max(at, len(data)) > _LONGEST_HEADER_BYTES:
            raise _unplayable("its header has no end")
        self._waiting = data
        return b""

    def _opened(self, samples: bytes, rate_hz: int, size: int) -> bytes:
        if not rate_hz:
            raise _unplayable("its header does not say how it sounds")
        self.rate_hz, self._waiting = rate_hz, b""
        # A server that did not know the length in advance writes nothing or the largest number.
        self._left_bytes = size if 0 < size < 0xFFFF_FF00 else 1 << 62
        return samples


def wav_file(pcm: bytes, rate_hz: int) -> bytes:
    """Samples (s16le mono) as a whole WAV file."""
    return wav_header(rate_hz, len(pcm)) + pcm


def wav_header(rate_hz: int, size_bytes: int | None = None) -> bytes:
    """What stands before samples (s16le mono); None where their length is not known yet."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate_hz, rate_hz * 2, 2, 16)
    data = _UNKNOWN_SIZE if size_bytes is None else size_bytes
    riff = _UNKNOWN_SIZE if size_bytes is None else 12 + len(form) + size_bytes
    return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + form + struct.pack("<4sI", b"data", data)


def wav_of_known_length(sound: bytes) -> bytes:
    """A WAV that came as a stream with its length in its header; anything else as it is."""
    is_streamed = sound[:4] == b"RIFF" and sound[36:44] == _UNKNOWN_DATA
    if not is_streamed:
        return sound
    (rate_hz,) = struct.unpack_from("<I", sound, 24)
    return wav_file(sound[_HEADER_BYTES:], rate_hz)


def _rate_hz(form: bytes) -> int:
    kind, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", form)
    if kind not in (_PCM, _EXTENSIBLE) or bits != 16 or channels != 1:
        raise _unplayable("only 16 bit mono samples can be played")
    if not 4_000 <= rate_hz <= 192_000:
        raise _unplayable(f"{rate_hz} Hz is no rate of sound")
    return int(rate_hz)


def _unplayable(why: str) -> ProtocolError:
    return ProtocolError(
        "gateway.sound_format", f"The speech cannot be played: {why}.", format="wav"
    )
