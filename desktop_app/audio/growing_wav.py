"""A WAV file that is whole at any moment while sound is added to it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.database.failures import storage_errors
from desktop_app.protocol.wav_stream import wav_header


class GrowingWav:
    """s16le mono 16 kHz, in a folder of its own. Blocks; one thread at a time.

    A process that dies leaves all that was added before. ``begin``, ``add`` and ``end`` may raise
    StorageError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size_bytes = 0
        self._file: BinaryIO | None = None
        self._is_made = False

    def begin(self) -> None:
        """Make the folder and an empty file, for this user alone."""
        with storage_errors():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = open(self._path, "xb", opener=_private)  # noqa: SIM115 - stays open
            self._is_made = True
            self._file.write(wav_header(CAPTURE_RATE_HZ, 0))
            self._file.flush()

    def add(self, pcm: bytes) -> None:
        """Put sound at the end, then say so in the header."""
        assert self._file is not None
        with storage_errors():
            self._file.seek(0, os.SEEK_END)
            self._file.write(pcm)
            self._file.flush()
            self._size_bytes += len(pcm)
            self._file.seek(0)
            self._file.write(wav_header(CAPTURE_RATE_HZ, self._size_bytes))
            self._file.flush()

    def end(self) -> None:
        """Put it on the disk and close. Idempotent."""
        file, self._file = self._file, None
        if file is None:
            return
        with storage_errors(), file:
            os.fsync(file.fileno())

    def remove(self) -> None:
        """Close it and delete it, with its folder; what cannot be deleted is found later.

        Nothing else is deleted: neither a file that was there before, nor what the folder has
        beside it.
        """
        file, self._file = self._file, None
        if file is not None:
            file.close()
        if self._is_made:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._path.parent.rmdir()  # it is empty, or stays


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
