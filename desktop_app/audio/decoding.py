"""Speech that comes encoded, mp3 for one, as what is played."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.errors import ProtocolError

if TYPE_CHECKING:
    from soundfile import SoundFile

MAX_SECONDS = 1_800
BLOCK_FRAMES = 1 << 12  # of a file that breaks off, the block in which it does is lost


def decode_speech(content: bytes, mime_type: str) -> bytes:
    """Whole encoded sound as s16le mono 24 kHz. Takes long: not on an event loop.

    WAV, mp3, FLAC and Ogg (Vorbis, Opus) of any rate and number of channels, whatever the type
    says. Sound that breaks off is played as far as it goes, where its format allows it.

    Args:
        content: The bytes of the file.
        mime_type: For the error alone.

    Raises:
        ProtocolError: ``stream.sound_format``: no sound, or of another kind;
            ``stream.sound_too_long``.
    """
    import soundfile  # with numpy, which costs 80 ms: only once there is such sound

    pieces: list[bytes] = []
    cause: Exception | None = None
    try:
        with soundfile.SoundFile(BytesIO(content)) as file:
            # After each piece the library seeks to where it is, which mutes the next of an mp3.
            file.seekable = lambda: False  # type: ignore[method-assign]  # there is no option
            _decode_into(pieces, file)
    except (soundfile.SoundFileError, RuntimeError) as error:
        cause = error
    pcm = b"".join(pieces)
    if not pcm:
        kind = mime_type or "an unknown format"
        raise ProtocolError(
            "stream.sound_format", f"Speech as {kind} cannot be decoded.", format=kind
        ) from cause
    return pcm


def _decode_into(pieces: list[bytes], file: SoundFile) -> None:
    import numpy as np

    resampler = Resampler(file.samplerate, SPEECH_RATE_HZ)
    frames = 0
    # As float32: libsndfile does not scale float samples to integers.
    while len(block := file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > MAX_SECONDS * file.samplerate:
            raise ProtocolError(
                "stream.sound_too_long",
                f"The spoken answer is longer than {MAX_SECONDS // 60} minutes.",
            )
        mono = np.nan_to_num(block).mean(axis=1) * 32_768
        samples = np.clip(np.rint(mono), -32_768, 32_767).astype("<i2")
        pieces.append(resampler.feed(samples.tobytes()))
    pieces.append(resampler.flush())
