"""Sound files of any kind that libsndfile reads, decoded piece by piece to s16le mono 16 kHz."""

from __future__ import annotations

import threading
from collections import deque
from io import BytesIO
from itertools import pairwise, starmap
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.sound_files import mono_pcm, open_sound_file
from desktop_app.audio.sound_links import link_starts
from desktop_app.errors import InputError

MAX_SECONDS = 600
HEARD = "WAV, FLAC, MP3, Ogg Vorbis and Opus files can be heard here"
_PIECE_SAMPLES = 1 << 16  # of all channels together
_RATES_HZ = range(1_000, 768_001)
_HEAD_BYTES = 16


class RecordedSound:
    """An open file, or several behind each other. Methods block; any thread, one at a time.

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
        self._path = path
        self._links = self._links_of(path)
        self._sound = self._open(self._links.popleft())
        self._resampler = Resampler(self._sound.samplerate, CAPTURE_RATE_HZ)
        self.read_s = 0.0
        self._is_over = False

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
        self.read_s += len(block) / self._sound.samplerate
        if self.read_s > MAX_SECONDS:
            raise self._refusal("recording.too_long", f"is longer than {MAX_SECONDS // 60} minutes")
        return self._resampler.feed(mono_pcm(block)) if len(block) else self._end_link()

    def _end_link(self) -> bytes:
        """What the resampler has left; the next file is open then, where there is one."""
        rest = self._resampler.flush()
        if self._links:
            self._sound.close()
            self._sound = self._open(self._links.popleft())
            self._resampler = Resampler(self._sound.samplerate, CAPTURE_RATE_HZ)
            return rest
        self._is_over = True
        if not self.read_s:
            raise self._refusal("recording.empty", "holds no sound")
        return rest

    def _samples(self) -> Any:
        """The next float32 samples, shape (frames, channels); no frames at the end."""
        from soundfile import SoundFileError

        frames = max(_PIECE_SAMPLES // self._sound.channels, 1)
        try:
            return self._sound.read(frames, dtype="float32", always_2d=True)
        except (SoundFileError, RuntimeError) as error:
            raise self._refusal("recording.corrupt", "is damaged") from error

    def _links_of(self, path: Path) -> deque[range]:
        """Which bytes are each of the files that stand behind each other."""
        try:
            with path.open("rb") as file:
                if not path.stat().st_size:
                    raise self._refusal("recording.empty", "is empty")
                with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                    return deque(starmap(range, pairwise((*link_starts(content), len(content)))))
        except OSError as error:
            raise self._unreadable(error) from error

    def _open(self, link: range) -> Any:
        from soundfile import SoundFileError  # loaded on first use: few recordings come

        head = b""
        try:
            with self._path.open("rb") as file:
                file.seek(link.start)
                head = file.read(_HEAD_BYTES)
                file.seek(link.start)
                part = BytesIO(file.read(len(link))) if link.start or self._links else self._path
            sound = open_sound_file(part)
        except (SoundFileError, RuntimeError, TypeError) as error:  # TypeError: a name like x.raw
            raise self._not_heard(head) from error
        except OSError as error:
            raise self._unreadable(error) from error
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

    def _unreadable(self, error: OSError) -> InputError:
        reason = error.strerror or "it is not there"
        return self._refusal("recording.unreadable", f"cannot be read: {reason}")

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
