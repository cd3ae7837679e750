"""Files that the service keeps, each under the SHA-256 of its content."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from desktop_app.database.failures import storage_errors

_PIECE_BYTES = 1 << 20
_KEPT = "kept"
_SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the store: its content's name and its length."""

    sha256: str
    size_bytes: int


class FileStore:
    """Keeps each content once, however many rows of the database name it.

    What is kept is on disk when a method returns: written beside, synchronised, renamed. Work is
    done on threads; the methods may be awaited from the event loop alone.

    Args:
        folder: Made where missing.

    Raises:
        StorageError: The folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._kept = folder / _KEPT
        self._scratch = folder / _SCRATCH
        with storage_errors():
            self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._scratch.mkdir(mode=0o700, exist_ok=True)

    @property
    def scratch(self) -> Path:
        """Folder for files that are still being received, on the same disk as what is kept."""
        return self._scratch

    def path(self, sha256: str) -> Path:
        """Where a content is, or would be."""
        return self._kept / sha256[:2] / sha256

    async def keep(self, source: Path) -> KeptFile:
        """Keep a copy of ``source``.

        Raises:
            StorageError
        """
        return await asyncio.to_thread(self._keep_file, source)

    async def keep_bytes(self, content: bytes) -> KeptFile:
        """Keep ``content``.

        Raises:
            StorageError
        """
        return await asyncio.to_thread(self._keep_bytes, content)

    async def read(self, sha256: str) -> bytes:
        """The whole content.

        Raises:
            StorageError: It cannot be read.
        """

        def work() -> bytes:
            with storage_errors():
                return self.path(sha256).read_bytes()

        return await asyncio.to_thread(work)

    async def remove_half_received(self) -> None:
        """Delete what a process that was killed was receiving.

        Raises:
            StorageError
        """

        def work() -> None:
            with storage_errors():
                for left in self._scratch.iterdir():
                    left.unlink(missing_ok=True)

        await asyncio.to_thread(work)

    async def remove_all_but(self, known: Collection[str]) -> int:
        """Delete every content that no row names any more; returns how many."""

        def work() -> int:
            gone = 0
            for path in self._kept.glob("*/*"):
                if path.name not in known:
                    path.unlink(missing_ok=True)
                    gone += 1
            return gone

        return await asyncio.to_thread(work)

    def _keep_file(self, source: Path) -> KeptFile:
        with storage_errors(), source.open("rb") as file:
            descriptor, name = tempfile.mkstemp(dir=self._scratch)
            digest, size = hashlib.sha256(), 0
            try:
                with os.fdopen(descriptor, "wb") as target:
                    while piece := file.read(_PIECE_BYTES):
                        digest.update(piece)
                        target.write(piece)
                        size += len(piece)
                    target.flush()
                    os.fsync(target.fileno())
                return self._settle(Path(name), KeptFile(digest.hexdigest(), size))
            finally:
                Path(name).unlink(missing_ok=True)

    def _keep_bytes(self, content: bytes) -> KeptFile:
        with storage_errors():
            descriptor, name = tempfile.mkstemp(dir=self._scratch)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    target.write(content)
                    target.flush()
                    os.fsync(target.fileno())
                kept = KeptFile(hashlib.sha256(content).hexdigest(), len(content))
                return self._settle(Path(name), kept)
            finally:
                Path(name).unlink(missing_ok=True)

    def _settle(self, written: Path, kept: KeptFile) -> KeptFile:
        path = self.path(kept.sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # The same content stays where it is: Windows replaces no file that somebody reads.
        if not path.is_file() or path.stat().st_size != kept.size_bytes:
            written.replace(path)
        return kept
