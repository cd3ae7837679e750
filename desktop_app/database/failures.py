"""Translates what SQLite and the file system say into StorageErrors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from desktop_app.errors import StorageError

_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Raise every sqlite3.Error and OSError as a StorageError, keeping the cause.

    The codes are ``storage.broken``, ``storage.full``, ``storage.gone`` and ``storage.failed``.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _from_sqlite(error) from error
    except OSError as error:
        raise storage_error(error) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, so that trying again cannot help."""
    return _result_of(error) in _DAMAGES


def _result_of(error: sqlite3.Error) -> int:
    """SQLite's primary result; 0 for what Python's module found itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _from_sqlite(error: sqlite3.Error) -> StorageError:
    reason = str(error)
    if is_damage(error):
        return StorageError(
            "storage.broken",
            "The file of your conversations is damaged. Restart Parley: it keeps the damaged file "
            "and starts a new one.",
            reason=reason,
        )
    if _result_of(error) == sqlite3.SQLITE_FULL:
        return _full(reason)
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return StorageError("storage.gone", "What this belongs to was deleted meanwhile.")
    return StorageError(
        "storage.failed",
        f"Your conversations cannot be read or saved now: {reason}.",
        retryable=True,
        reason=reason,
    )


def storage_error(error: OSError) -> StorageError:
    """What the file system says, as a StorageError."""
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return _full(reason)
    file = str(error.filename or "")
    return StorageError(
        "storage.failed",
        f"{file or 'A file of your conversations'} cannot be read or saved: {reason}.",
        file=file,
        reason=reason,
    )


def _full(reason: str) -> StorageError:
    return StorageError(
        "storage.full",
        "The disk is full: free some space, then try again. What was saved before is safe.",
        retryable=True,
        reason=reason,
    )
