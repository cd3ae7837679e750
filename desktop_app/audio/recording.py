"""A person's recording, in whatever format it is, as what a microphone would have given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.audio.decoding import BLOCK_FRAMES
from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.sound_files import mono_pcm, open_sound_file
from desktop_app.audio.wav import read_wav
from desktop_app.errors import InputError

if TYPE_CHECKING:
    from soundfile import SoundFile

_BYTES_PER_S = 2 * CAPTURE_RATE_HZ
_TAKEN = "WAV, FLAC, MP3, Ogg (Vorbis, Opus), AIFF and AU are; convert it to one of them."


def read_recording(path: Path, *, longest_s: float) -> bytes:
    """The whole sound of a file as s16le mono 16 kHz. Takes long: not on an event loop.

    Decoded piece by piece, and no further than ``longest_s``: a small file may hold hours.

    Raises:
        InputError: ``recording.too_long``, ``recording.unsupported``, ``recording.broken``; of
            a WAV and of a file that cannot be opened, what ``read_wav`` raises.
    """
    head = _head_of(path)
    if not head or (head[:4] == b"RIFF" and head[8:12] == b"WAVE"):
        pcm = read_wav(path)
    else:
        pcm = _decoded(path, longest_s)
    if len(pcm) > longest_s * _BYTES_PER_S:
        raise _too_long(path, longest_s)
    return pcm


def _head_of(path: Path) -> bytes:
    """Its first bytes; none where it has none or cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(12)
    except (OSError, ValueError):
        return b""


def _decoded(path: Path, longest_s: float) -> bytes:
    from soundfile import SoundFileError

    try:
        with open_sound_file(path) as file:
            return _converted(file, path, longest_s)
    except (SoundFileError, RuntimeError, TypeError, OSError) as error:
        raise InputError(
            "recording.unsupported", f"{path.name} is no sound that can be read: {_TAKEN}"
        ) from error


def _converted(file: SoundFile, path: Path, longest_s: float) -> bytes:
    resampler = Resampler(file.samplerate, CAPTURE_RATE_HZ)
    pcm = bytearray()
    while len(block := file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
        pcm += resampler.feed(mono_pcm(block))
        if len(pcm) > longest_s * _BYTES_PER_S:
            raise _too_long(path, longest_s)
    pcm += resampler.flush()
    if not pcm:
        raise InputError("recording.broken", f"{path.name} holds no sound, or is damaged.")
    return bytes(pcm)


def _too_long(path: Path, longest_s: float) -> InputError:
    return InputError(
        "recording.too_long", f"{path.name} is longer than the {longest_s:.0f} seconds of a turn."
    )
