"""Translates what SQLite and the file system say into StorageErrors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from desktop_app.errors import StorageError

_BROKEN = ("malformed", "not a database", "disk image", "file is encrypted")


@contextmanager
def storage_errors() -> Iterator[None]:
    """Raise every sqlite3.Error and OSError as a StorageError, keeping the cause."""
    try:
        yield
    except sqlite3.Error as error:
        raise _from_sqlite(error) from error
    except OSError as error:
        raise _from_system(error) from error


def is_broken(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, so that trying again cannot help."""
    text = str(error)
    return isinstance(error, sqlite3.DatabaseError) and any(word in text for word in _BROKEN)


def _from_sqlite(error: sqlite3.Error) -> StorageError:
    reason = str(error)
    if is_broken(error):
        return StorageError(
            "journal.broken",
            "The file of your conversations is damaged. Restart Parley: it keeps the damaged file "
            "and starts a new one.",
            reason=reason,
        )
    if "full" in reason:
        return _full(reason)
    return StorageError(
        "journal.failed",
        f"Your conversations cannot be read or saved now: {reason}.",
        retryable=True,
        reason=reason,
    )


def _from_system(error: OSError) -> StorageError:
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return _full(reason)
    return StorageError(
        "journal.failed",
        f"A file of your conversations cannot be read or saved: {reason}.",
        file=str(error.filename or ""),
        reason=reason,
    )


def _full(reason: str) -> StorageError:
    return StorageError(
        "storage.full",
        "The disk is full: free some space, then try again. What was saved before is safe.",
        retryable=True,
        reason=reason,
    )
