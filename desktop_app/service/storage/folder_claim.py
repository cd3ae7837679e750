"""Whether this process is alone with a folder: only then is what lies half done left behind.

A command beside the open window has a service of its own on the same folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop_app.database.failures import storage_errors

FILE_NAME = "service.lock"

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _share(descriptor: int) -> None:
        """The first process keeps it: there is no shared lock."""
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)


class FolderClaim:
    """Held from construction until ``release`` or the end of the process.

    Attributes:
        is_alone: Whether no other process held one when this was made.

    Args:
        folder: It must exist.

    Raises:
        StorageError: The folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with storage_errors():
            self._descriptor = os.open(folder / FILE_NAME, flags, 0o600)
        try:
            _lock(self._descriptor)
            self.is_alone = True
        except OSError:
            self.is_alone = False

    def share(self) -> None:
        """Let others in. One that is not alone waits here until who was first has cleaned up."""
        _share(self._descriptor)

    def release(self) -> None:
        """Give it up. Call once."""
        os.close(self._descriptor)
