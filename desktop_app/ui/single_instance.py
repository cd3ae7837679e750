"""One window for one data folder: a second start raises the first and ends.

A lock file says that a window is there (Qt takes over the lock of a process that is gone), a
second file says on which loopback port it listens and with which token.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile

RAISE_WITHIN_S = 5.0
_POLL_S = 0.1
_LINE_BYTES = 256


class SingleInstance:
    """The claim of this process on a folder."""

    def __init__(self, folder: Path) -> None:
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # only the end of its process makes a lock stale
        self._address = folder / "window.json"

    def claim(self) -> bool:
        """Whether this process is the first. Held until ``release`` or the process ends."""
        return self._lock.tryLock(0)

    def release(self) -> None:
        """Give the claim back."""
        self._address.unlink(missing_ok=True)
        self._lock.unlock()

    def raise_first(self, within_s: float = RAISE_WITHIN_S) -> bool:
        """Ask the window that holds the folder to come to the front; True when it did."""
        pause = threading.Event()
        for _ in range(max(1, int(within_s / _POLL_S))):
            if self._asked():
                return True
            pause.wait(_POLL_S)
        return False

    def _asked(self) -> bool:
        import socket  # only a second start needs it

        try:
            known = json.loads(self._address.read_text("utf-8"))
            where = ("127.0.0.1", int(known["port"]))
            with socket.create_connection(where, timeout=1) as connection:
                connection.sendall(f"raise {known['token']}\n".encode())
                return connection.recv(_LINE_BYTES).strip() == b"raised"
        except (OSError, ValueError, KeyError, TypeError):
            return False  # not listening yet, or no longer

    async def listen(self, raised: Callable[[], None]) -> asyncio.Server:
        """Call ``raised`` whenever a second start asks. First instance only.

        Raises:
            OSError: No loopback port, or the folder cannot be written.
        """
        token = secrets.token_hex(16)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(2):
                    line = await reader.readline()
                if secrets.compare_digest(line.strip(), f"raise {token}".encode()):
                    raised()
                    writer.write(b"raised\n")
                    await writer.drain()
            except (OSError, ValueError, TimeoutError):
                return  # whoever it was is no second start
            finally:
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=_LINE_BYTES)
        port = server.sockets[0].getsockname()[1]
        self._address.touch(mode=0o600)
        self._address.write_text(json.dumps({"port": port, "token": token}), "utf-8")
        return server
