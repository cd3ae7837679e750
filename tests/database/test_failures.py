"""What SQLite and the system say becomes one family of codes."""

import errno
import sqlite3

import pytest

from desktop_app.database.failures import storage_errors
from desktop_app.errors import StorageError


def sqlite_error(result: int) -> sqlite3.Error:
    error = sqlite3.DatabaseError("said by SQLite")
    error.sqlite_errorcode = result
    return error


@pytest.mark.parametrize(
    ("failure", "code", "is_retryable"),
    [
        (sqlite_error(sqlite3.SQLITE_NOTADB), "storage.broken", False),
        (sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX), "storage.broken", False),
        (sqlite_error(sqlite3.SQLITE_FULL), "storage.full", True),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY), "storage.gone", False),
        (sqlite_error(sqlite3.SQLITE_BUSY), "storage.failed", True),
        (sqlite3.ProgrammingError("said by Python"), "storage.failed", True),
        (OSError(errno.ENOSPC, "No space left"), "storage.full", True),
        (PermissionError(errno.EACCES, "Permission denied", "/a"), "storage.failed", False),
    ],
)
def test_a_failure_has_its_code_and_cause(failure, code, is_retryable):
    with pytest.raises(StorageError) as caught, storage_errors():
        raise failure
    assert (caught.value.code, caught.value.retryable) == (code, is_retryable)
    assert caught.value.__cause__ is failure


def test_the_file_that_failed_is_named():
    with pytest.raises(StorageError) as caught, storage_errors():
        raise PermissionError(errno.EACCES, "Permission denied", "/a")
    assert str(caught.value) == "/a cannot be read or saved: Permission denied."
