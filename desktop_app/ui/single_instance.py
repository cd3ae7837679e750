"""One window for one data folder: a second start raises the first and ends.

A lock file says that a window is there (Qt takes over the lock of a process that is gone), a
second file says on which loopback port it listens and with which token.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLockFile

RAISE_WITHIN_S = 5.0
_POLL_S = 0.1
LINE_BYTES = 256


class SingleInstance:
    """The claim of this process on a folder.

    Attributes:
        address: The file that says where the first window listens.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # only the end of its process makes a lock stale
        self.address = folder / "window.json"

    def claim(self) -> bool:
        """Whether this process is the first. Held until ``release`` or the process ends.

        A folder in which nothing can be written says nothing of others: the window opens, and
        says what is wrong there.
        """
        held_by_another = QLockFile.LockError.LockFailedError
        return self._lock.tryLock(0) or self._lock.error() is not held_by_another

    def release(self) -> None:
        """Give the claim back."""
        self.address.unlink(missing_ok=True)
        self._lock.unlock()

    def raise_first(self, within_s: float = RAISE_WITHIN_S) -> bool:
        """Ask the window that holds the folder to come to the front; True when it did."""
        import threading  # only a second start needs it

        pause = threading.Event()
        for _ in range(max(1, int(within_s / _POLL_S))):
            if self._asked():
                return True
            pause.wait(_POLL_S)
        return False

    def _asked(self) -> bool:
        import json
        import socket

        try:
            known = json.loads(self.address.read_text("utf-8"))
            where = ("127.0.0.1", int(known["port"]))
            with socket.create_connection(where, timeout=1) as connection:
                connection.sendall(f"raise {known['token']}\n".encode())
                return connection.recv(LINE_BYTES).strip() == b"raised"
        except (OSError, ValueError, KeyError, TypeError):
            return False  # not listening yet, or no longer
