"""Sound files of any kind that libsndfile reads, decoded piece by piece to s16le mono 16 kHz."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.sound_files import mono_pcm, open_sound_file
from desktop_app.errors import InputError

MAX_SECONDS = 600
HEARD = "WAV, FLAC, MP3, Ogg Vorbis and Opus files can be heard here"
_PIECE_SAMPLES = 1 << 16  # of all channels together
_RATES_HZ = range(1_000, 768_001)
_HEAD_BYTES = 16


class RecordedSound:
    """An open file. Methods block; any thread, one at a time.

    Args:
        path: Where it lies.
        filename: What people call it.

    Attributes:
        read_s: Seconds of sound read so far.

    Raises:
        InputError: ``recording.*``: it cannot be heard.
    """

    def __init__(self, path: Path, filename: str) -> None:
        self._filename = filename
        self._lock = threading.Lock()  # closed by one thread while another still reads
        self._sound = self._open(path)
        self._resampler = Resampler(self._sound.samplerate, CAPTURE_RATE_HZ)
        self._frames_read = 0
        self._is_over = False

    @property
    def read_s(self) -> float:
        return float(self._frames_read / self._sound.samplerate)

    def read(self) -> bytes:
        """The next piece; none at the end, or when it was closed.

        Raises:
            InputError: ``recording.corrupt``, ``recording.too_long`` or ``recording.empty``.
        """
        pcm = b""
        with self._lock:
            while not pcm and not self._is_over:
                pcm = self._next()
        return pcm

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            self._is_over = True
            self._sound.close()

    def _next(self) -> bytes:
        block = self._samples()
        self._frames_read += len(block)
        if self.read_s > MAX_SECONDS:
            raise self._refusal("recording.too_long", f"is longer than {MAX_SECONDS // 60} minutes")
        if not len(block):
            self._is_over = True
            if not self._frames_read:
                raise self._refusal("recording.empty", "holds no sound")
            return self._resampler.flush()
        return self._resampler.feed(mono_pcm(block))

    def _samples(self) -> Any:
        """The next float32 samples, shape (frames, channels); no frames at the end."""
        from soundfile import SoundFileError

        frames = max(_PIECE_SAMPLES // self._sound.channels, 1)
        try:
            return self._sound.read(frames, dtype="float32", always_2d=True)
        except (SoundFileError, RuntimeError) as error:
            raise self._refusal("recording.corrupt", "is damaged") from error

    def _open(self, path: Path) -> Any:
        from soundfile import SoundFileError  # loaded on first use: few recordings come

        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            if not head:
                raise self._refusal("recording.empty", "is empty")
            sound = open_sound_file(path)
        except (SoundFileError, RuntimeError, TypeError) as error:  # TypeError: a name like x.raw
            raise self._not_heard(head) from error
        except OSError as error:
            reason = error.strerror or "it is not there"
            raise self._refusal("recording.unreadable", f"cannot be read: {reason}") from error
        if sound.samplerate not in _RATES_HZ:
            sound.close()
            raise self._refusal(
                "recording.corrupt", f"claims to have {sound.samplerate} samples a second"
            )
        return sound

    def _not_heard(self, head: bytes) -> InputError:
        kind = _foreign_kind(head)
        if kind:
            return self._refusal("recording.unsupported", f"is {kind}. Only {HEARD}")
        return self._refusal("recording.corrupt", f"is damaged, or is no sound. {HEARD}")

    def _refusal(self, code: str, problem: str) -> InputError:
        return InputError(code, f"“{self._filename}” {problem}.")


def _foreign_kind(head: bytes) -> str:
    """What a file is that libsndfile cannot read, or nothing where that is not known."""
    if head[4:8] == b"ftyp":
        return "an MP4 file (M4A, AAC or video)"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "a WebM or Matroska file"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "an AAC file"
    if head[:5] == b"#!AMR":
        return "an AMR file"
    if head[:4] == b"\x30\x26\xb2\x75":
        return "a Windows Media file"
    return ""
