"""WAV files: any that a person gives comes in, speech goes out."""

from __future__ import annotations

import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.audio.frames import CAPTURE_RATE_HZ, SPEECH_RATE_HZ
from desktop_app.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SECONDS = 600
ACCEPTED = (
    "A WAV file with 8, 16, 24 or 32 bit integer or 32 bit float samples, any sample rate, "
    f"any number of channels, up to {MAX_SECONDS // 60} minutes is accepted."
)
_MAX_FILE_BYTES = 600 << 20
_RATES_HZ = range(1_000, 768_001)
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_SAMPLE_KINDS = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}
_STREAMED_SIZES = (0, 0xFFFFFFFF, 0x7FFFFFFF)  # written by programs that could not seek back


@dataclass(frozen=True, slots=True)
class _Format:
    kind: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def group_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.bits // 8


def read_wav(path: Path) -> bytes:
    """The whole sound of a file as s16le mono 16 kHz.

    Raises:
        InputError: ``wav.unreadable``, ``wav.not_a_wav``, ``wav.corrupt``, ``wav.empty`` or
            ``wav.unsupported``; the message is one sentence about this file.
    """
    content = _content(path)
    if bytes(content[:4]) != b"RIFF" or bytes(content[8:12]) != b"WAVE":
        raise _refusal("wav.not_a_wav", path, "is not a WAV file", hint=ACCEPTED)
    chunks = _chunks(path, content)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise _refusal("wav.corrupt", path, "is a damaged WAV file: parts of it are missing")
    form = _format(path, chunks[b"fmt "])
    data = chunks[b"data"]
    whole = len(data) - len(data) % form.group_bytes
    if not whole:
        raise _refusal("wav.empty", path, "holds no sound")
    if whole > form.group_bytes * form.rate_hz * MAX_SECONDS:
        raise _refusal(
            "wav.unsupported", path, f"is longer than {MAX_SECONDS // 60} minutes", hint=ACCEPTED
        )
    return _to_capture(data[:whole], form)


def write_wav(path: Path, pcm: bytes, rate_hz: int = SPEECH_RATE_HZ) -> None:
    """Save s16le mono sound.

    Raises:
        InputError: ``wav.unwritable``.
    """
    try:
        with path.open("wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(rate_hz)
            sound.writeframes(pcm)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refusal("wav.unwritable", path, f"cannot be written: {reason}") from error


def _content(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal("wav.unreadable", path, f"cannot be read: {reason}") from error
    if not content:
        raise _refusal("wav.empty", path, "is empty")
    if len(content) > _MAX_FILE_BYTES:
        megabytes = _MAX_FILE_BYTES >> 20
        raise _refusal("wav.unsupported", path, f"is larger than {megabytes} MB", hint=ACCEPTED)
    return memoryview(content)


def _chunks(path: Path, content: memoryview) -> dict[bytes, memoryview]:
    """The first chunk of each name. A streamed data chunk of unknown size is the rest."""
    found: dict[bytes, memoryview] = {}
    at = 12
    while at + 8 <= len(content):
        name = bytes(content[at : at + 4])
        (size,) = struct.unpack_from("<I", content, at + 4)
        left = len(content) - at - 8
        is_streamed = name == b"data" and size in _STREAMED_SIZES and at + 8 + size != len(content)
        if is_streamed and (size or left):
            size = left
        if size > left and name in (b"data", b"fmt "):
            raise _refusal("wav.corrupt", path, "is a damaged WAV file: it ends too early")
        found.setdefault(name, content[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _format(path: Path, chunk: memoryview) -> _Format:
    if len(chunk) < 16:
        raise _refusal("wav.corrupt", path, "is a damaged WAV file: its format is cut off")
    kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        (kind,) = struct.unpack_from("<H", chunk, 24)
    if not channels or rate_hz not in _RATES_HZ:
        raise _refusal(
            "wav.corrupt", path, f"is a damaged WAV file: {channels} channels at {rate_hz} Hz"
        )
    if (kind, bits) not in _SAMPLE_KINDS:
        raise _refusal(
            "wav.unsupported", path, f"uses samples of type {kind} with {bits} bits", hint=ACCEPTED
        )
    return _Format(kind, channels, rate_hz, bits)


def _to_capture(data: memoryview, form: _Format) -> bytes:
    import numpy as np
    import soxr  # type: ignore[import-untyped]  # ships no types

    if form == _Format(_PCM, 1, CAPTURE_RATE_HZ, 16):
        return bytes(data)
    mono = _samples(data, form).reshape(-1, form.channels).mean(axis=1, dtype=np.float32)
    if form.rate_hz != CAPTURE_RATE_HZ:
        mono = soxr.resample(mono, form.rate_hz, CAPTURE_RATE_HZ, quality="HQ")
    scaled = np.clip(np.rint(mono * 32768.0), -32768, 32767)
    return bytes(scaled.astype("<i2").tobytes())


def _samples(data: memoryview, form: _Format) -> NDArray[np.float32]:
    """Every sample as float32 in -1..1, channels interleaved."""
    import numpy as np

    if form.kind == _FLOAT:
        wide = np.frombuffer(data, dtype=f"<f{form.bits // 8}")
        tamed: NDArray[np.float32] = np.nan_to_num(np.clip(wide, -1, 1)).astype(np.float32)
        return tamed
    if form.bits == 8:
        eight = np.frombuffer(data, dtype=np.uint8).astype(np.float32)
        return (eight - np.float32(128)) / np.float32(128)
    if form.bits == 24:
        padded = np.zeros((len(data) // 3, 4), dtype=np.uint8)
        padded[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
        return padded.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    scale = np.float32(2 ** (form.bits - 1))
    return np.frombuffer(data, dtype=f"<i{form.bits // 8}").astype(np.float32) / scale


def _refusal(code: str, path: Path, problem: str, *, hint: str = "") -> InputError:
    sentence = f"{path.name or path} {problem}."
    return InputError(code, f"{sentence} {hint}".strip(), file=str(path))
