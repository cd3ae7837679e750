"""A video as it comes: straight to a file, and never whole in memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop_app.database.failures import storage_errors

_WRITTEN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A file that belongs to whoever has this."""

    path: Path
    size_bytes: int
    sha256: str


async def video_file(pieces: AsyncIterator[bytes], folder: Path | None) -> VideoFile:
    """Write the pieces to a new file, which is removed again if they do not come to their end.

    It is durable then: who keeps it has only to move it.

    Args:
        pieces: Of the video.
        folder: Where to put it; made where it is missing. The system's where it is left out.

    Raises:
        StorageError: The disk is full, or cannot be written.
    """
    path = await asyncio.to_thread(_new_file, folder)
    try:
        return await _filled(path, pieces)
    except BaseException:
        with suppress(OSError):  # a thread may still have it open, where that forbids it
            path.unlink()
        raise


async def _filled(path: Path, pieces: AsyncIterator[bytes]) -> VideoFile:
    digest, size, waiting = hashlib.sha256(), 0, bytearray()

    def write(block: bytes, *, is_last: bool = False) -> None:
        digest.update(block)
        with storage_errors(), path.open("r+b") as file:  # which makes none that was removed
            file.seek(0, os.SEEK_END)
            file.write(block)
            if is_last:
                file.flush()
                os.fsync(file.fileno())

    async for piece in pieces:
        size += len(piece)
        waiting += piece
        if len(waiting) >= _WRITTEN_BYTES:
            await asyncio.to_thread(write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(write, bytes(waiting), is_last=True)
    return VideoFile(path, size, digest.hexdigest())


def _new_file(folder: Path | None) -> Path:
    with storage_errors():
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix="parley-", suffix=".video", dir=folder)
        os.close(number)
    return Path(name)
