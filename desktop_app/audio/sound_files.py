"""Encoded sound files, read in pieces: wav, flac, mp3, ogg and opus, whatever libsndfile knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from soundfile import SoundFile


def open_sound_file(source: Path | BinaryIO) -> SoundFile:
    """The file, to be read from its start to its end.

    Raises:
        soundfile.SoundFileError, RuntimeError, TypeError: It is none that can be read.
        OSError
    """
    import soundfile  # with numpy, which costs 80 ms: only once there is such sound

    file = soundfile.SoundFile(str(source) if isinstance(source, Path) else source)
    # After each piece the library seeks to where it is, which mutes the next of an mp3.
    file.seekable = lambda: False  # type: ignore[method-assign]  # there is no option
    return file


def mono_pcm(block: Any) -> bytes:
    """A piece as s16le mono.

    Args:
        block: float32, shape (frames, channels): libsndfile does not scale float to integers.
    """
    import numpy as np

    mono = np.nan_to_num(block).mean(axis=1, dtype=np.float32)
    samples = np.clip(np.rint(mono * 32_768), -32_768, 32_767).astype("<i2")
    return bytes(samples.tobytes())
