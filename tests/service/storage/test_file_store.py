"""What is kept is kept once, whole, and until nobody names it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from desktop_app.errors import StorageError
from desktop_app.service.storage.file_store import FileStore


def _files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_kept_under_its_content_and_the_source_stays(tmp_path: Path):
    source = tmp_path / "notes.txt"
    source.write_bytes(b"hello" * 300_000)
    store = FileStore(tmp_path / "files")
    kept = await store.keep(source)
    assert kept.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert kept.size_bytes == 1_500_000
    assert store.path(kept.sha256).read_bytes() == source.read_bytes()


async def test_the_same_content_is_there_once(tmp_path: Path):
    store = FileStore(tmp_path)
    first, second = await store.keep_bytes(b"x"), await store.keep_bytes(b"x")
    assert first == second
    assert _files(tmp_path) == [first.sha256]
    assert await store.read(first.sha256) == b"x"


async def test_a_content_that_comes_again_stays_where_it_is(tmp_path: Path):
    """Windows replaces no file that somebody reads."""
    store = FileStore(tmp_path)
    path = store.path((await store.keep_bytes(b"whole")).sha256)
    first = path.stat().st_ino
    await store.keep_bytes(b"whole")
    assert path.stat().st_ino == first
    path.write_bytes(b"who")  # by whoever broke it
    await store.keep_bytes(b"whole")
    assert path.read_bytes() == b"whole"


async def test_what_nobody_names_is_removed(tmp_path: Path):
    store = FileStore(tmp_path)
    kept, other = await store.keep_bytes(b"kept"), await store.keep_bytes(b"other")
    assert await store.remove_all_but({kept.sha256}) == 1
    assert store.path(kept.sha256).exists()
    assert not store.path(other.sha256).exists()
    with pytest.raises(StorageError):
        await store.read(other.sha256)


async def test_half_received_files_of_a_killed_process_go(tmp_path: Path):
    store = FileStore(tmp_path)
    (store.scratch / "half").write_bytes(b"x")
    await FileStore(tmp_path).remove_half_received()
    assert list(store.scratch.iterdir()) == []


async def test_a_missing_source_says_so(tmp_path: Path):
    store = FileStore(tmp_path / "files")
    with pytest.raises(StorageError):
        await store.keep(tmp_path / "nothing")
    assert list(store.scratch.iterdir()) == []
