"""Lets a reader that comes before the writer find a journal of its own version."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import Event

from desktop_app.database.migrations import known_version
from desktop_app.database.sqlite_file import open_migrated
from desktop_app.errors import StorageError
from desktop_app.journal.folder_lock import FolderLock, version_of_holder
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS

_PATIENCE_S = 30.0
_OF_OLDER_S = 1.0  # an older Parley never migrates; one that has just begun says what it is
_PAUSE_S = 0.05


def catch_up(folder: Path, patience_s: float = _PATIENCE_S) -> None:
    """Return once the journal has the version that this program reads.

    Where nobody writes the folder, an older journal is migrated here; where somebody does, that
    one is waited for. Does nothing to one that is damaged. Blocks: never on an event loop's thread.

    Args:
        folder: The writer's, with a database in it.
        patience_s: How long to wait.

    Raises:
        StorageError: ``storage.older``: who writes it is an older Parley; ``storage.newer``.
        sqlite3.Error, OSError: It is damaged, or cannot be migrated.
    """
    path = folder / DATABASE_NAME
    began_s, pause = time.monotonic(), Event()
    while (version := _version(path)) and version < len(MIGRATIONS):
        if not _is_written(folder):
            open_migrated(path, MIGRATIONS).close()
        elif time.monotonic() - began_s >= min(patience_s, _patience_with_holder(folder)):
            raise StorageError(
                "storage.older",
                "An older Parley has your conversations open. Close it, then try again.",
                version=str(version),
                known=str(len(MIGRATIONS)),
            )
        else:
            pause.wait(_PAUSE_S)


def _patience_with_holder(folder: Path) -> float:
    return _PATIENCE_S if version_of_holder(folder) >= len(MIGRATIONS) else _OF_OLDER_S


def _is_written(folder: Path) -> bool:
    """Whether a process has the folder.

    The lock is freed at once: a writer that starts while a reader migrates must find it free. It
    then waits for the reader's transaction.
    """
    try:
        lock = FolderLock(folder)
    except StorageError:
        return True
    lock.release()
    return False


def _version(path: Path) -> int:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
        return known_version(connection, len(MIGRATIONS))
