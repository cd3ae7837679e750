"""Our own copies of what will be sent: the original may be gone before its turn comes. Blocks."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from desktop_app.journal.note_files import ATTACHMENTS

FOLDER = ATTACHMENTS
_PIECE_BYTES = 1 << 20
_WAV_HEADER_BYTES = 44
_NOTE_BYTES_PER_MS = 32


def keep_file(source: Path, folder: Path, most_bytes: int) -> Path:
    """Copy a file into a folder of its own below ``folder``, under its own name.

    Raises:
        OSError: It cannot be read, the disk is full, or it grew beyond ``most_bytes``.
    """
    target = _place(folder, source.name)
    try:
        with source.open("rb") as read, open(target, "xb", opener=_private) as written:
            while piece := read.read(_PIECE_BYTES):
                if written.tell() + len(piece) > most_bytes:
                    raise OSError(f"{source.name} grows while it is read")
                written.write(piece)
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise
    return target


def keep_bytes(name: str, content: bytes, folder: Path) -> Path:
    """Write what was pasted.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    target = _place(folder, name)
    try:
        with open(target, "xb", opener=_private) as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise
    return target


def note_ms(kept: str) -> int:
    """How long a voice note is whose recording was cut short; 0 where there is nothing of it."""
    try:
        return max(0, Path(kept).stat().st_size - _WAV_HEADER_BYTES) // _NOTE_BYTES_PER_MS
    except OSError:
        return 0


def forget(kept: str) -> None:
    """Remove a copy that will not be sent, with its folder."""
    if kept:
        shutil.rmtree(Path(kept).parent, ignore_errors=True)


def remove_unneeded(
    folder: Path, needed: frozenset[str], before_s: float, sent: frozenset[str] = frozenset()
) -> None:
    """Remove every copy that is not among the ``needed`` paths.

    What cannot be removed now stays for the next time.

    Args:
        before_s: Of what is younger than this, only the ``sent`` paths go.
    """
    try:
        kept = list(folder.iterdir())
    except OSError:
        return
    for own in kept:
        with suppress(OSError):
            paths = {str(path) for path in own.iterdir()}
            is_over = own.stat().st_mtime < before_s or paths & sent
            if is_over and not paths & needed:
                shutil.rmtree(own, ignore_errors=True)


def _place(folder: Path, name: str) -> Path:
    own = folder / uuid4().hex
    own.mkdir(mode=0o700, parents=True)
    return own / name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
