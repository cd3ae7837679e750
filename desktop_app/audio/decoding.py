"""Speech that comes encoded, mp3 for one, as what is played."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.sound_files import mono_pcm, open_sound_file
from desktop_app.audio.sound_links import link_starts
from desktop_app.errors import ProtocolError

if TYPE_CHECKING:
    from soundfile import SoundFile

MAX_SECONDS = 1_800
BLOCK_FRAMES = 1 << 12  # of a file that breaks off, the block in which it does is lost


def decode_speech(content: bytes, mime_type: str) -> bytes:
    """Whole encoded sound as s16le mono 24 kHz. Takes long: not on an event loop.

    WAV, mp3, FLAC and Ogg (Vorbis, Opus) of any rate and number of channels, whatever the type
    says; several Ogg files behind each other are one (a chain, RFC 3533), and so are several mp3
    files: a long text is spoken in portions. Sound that breaks off is played as far as it goes,
    where its format allows it.

    Args:
        content: The bytes of the file.
        mime_type: For the error alone.

    Raises:
        ProtocolError: ``stream.sound_format``: no sound, or of another kind;
            ``stream.sound_too_long``.
    """
    from soundfile import SoundFileError

    pieces: list[bytes] = []
    cause: Exception | None = None
    try:
        for link in _links(content):
            with open_sound_file(BytesIO(link)) as file:
                _decode_into(pieces, file)
    except (SoundFileError, RuntimeError) as error:
        cause = error
    pcm = b"".join(pieces)
    if not pcm:
        kind = mime_type or "an unknown format"
        raise ProtocolError(
            "stream.sound_format", f"Speech as {kind} cannot be decoded.", format=kind
        ) from cause
    return pcm


def _links(content: bytes) -> Iterator[bytes]:
    """The files that stand behind each other; else all of it."""
    starts = link_starts(content)
    return (content[a:b] for a, b in pairwise((*starts, len(content))))


def _decode_into(pieces: list[bytes], file: SoundFile) -> None:
    resampler = Resampler(file.samplerate, SPEECH_RATE_HZ)
    frames = sum(map(len, pieces)) // 2 * file.samplerate // SPEECH_RATE_HZ
    while len(block := file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > MAX_SECONDS * file.samplerate:
            raise ProtocolError(
                "stream.sound_too_long",
                f"The spoken answer is longer than {MAX_SECONDS // 60} minutes.",
            )
        pieces.append(resampler.feed(mono_pcm(block)))
    pieces.append(resampler.flush())
