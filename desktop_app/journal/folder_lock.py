"""Makes sure that one process alone writes a folder; the system frees the lock of a dead one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop_app.errors import StorageError

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

    Raises:
        StorageError: ``journal.in_use``: another process, or another lock here, holds it.
    """

    def __init__(self, folder: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(folder / "journal.lock", flags, 0o600)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise StorageError(
                "journal.in_use",
                f"Another Parley is using the folder {folder}. Close it first, or choose another "
                "folder with PARLEY_DATA_DIR.",
                folder=str(folder),
            ) from error

    def release(self) -> None:
        """Let another process write. Call once."""
        os.close(self._descriptor)
