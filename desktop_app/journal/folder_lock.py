"""Makes sure that one process alone writes a folder; the system frees the lock of a dead one."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from threading import Event

from desktop_app.errors import StorageError

_TRIES = 3
_PAUSE_S = 0.01
_NAME = "journal.lock"
_BEHIND_LOCK = 1  # Windows lets nobody else read what is locked: the first byte

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Held from construction until ``release`` or the end of the process.

    Args:
        version: Of the journal that the holder writes, for those who wait; 0 for a mere look.

    Raises:
        StorageError: ``journal.in_use``: another process, or another lock here, holds it.
    """

    def __init__(self, folder: Path, version: int = 0) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(folder / _NAME, flags, 0o600)
        try:
            self._take()
        except OSError as error:
            os.close(self._descriptor)
            raise StorageError(
                "journal.in_use",
                f"Another Parley is using the folder {folder}. Close it first, or choose another "
                "folder with PARLEY_DATA_DIR.",
                folder=str(folder),
            ) from error
        if version:
            try:
                os.lseek(self._descriptor, _BEHIND_LOCK, os.SEEK_SET)
                os.write(self._descriptor, b"%-4d" % version)
            except OSError:
                self.release()
                raise

    def _take(self) -> None:
        """Try again a little later: a reader that looks whether the folder is free has it too."""
        for _ in range(_TRIES - 1):
            try:
                return _lock(self._descriptor)
            except OSError:
                Event().wait(_PAUSE_S)
        return _lock(self._descriptor)

    def release(self) -> None:
        """Let another process write. Call once."""
        with contextlib.suppress(OSError):  # who comes next writes another over it
            os.ftruncate(self._descriptor, _BEHIND_LOCK)  # nobody writes any version now
        os.close(self._descriptor)


def version_of_holder(folder: Path) -> int:
    """Which journal the process writes that has the folder; 0 for one of long ago."""
    try:
        with (folder / _NAME).open("rb", buffering=0) as file:
            file.seek(_BEHIND_LOCK)
            return int(file.read() or 0)
    except (OSError, ValueError):
        return 0
