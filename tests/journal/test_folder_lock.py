"""The lock of a folder tells the version of who holds it, and of nobody else."""

from __future__ import annotations

import errno
import os

import pytest

from desktop_app.journal.folder_lock import FolderLock, version_of_holder


def test_a_version_is_told_while_the_lock_is_held(tmp_path):
    lock = FolderLock(tmp_path, 7)
    assert version_of_holder(tmp_path) == 7
    lock.release()
    assert version_of_holder(tmp_path) == 0


def test_a_version_that_cannot_be_written_leaves_the_folder_free(tmp_path, monkeypatch):
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            FolderLock(tmp_path, 7)
    FolderLock(tmp_path, 8).release()
