"""A row never names bytes that are gone, and bytes that no row names go."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from desktop_app.service.storage.named_files import add_naming, remove_unnamed
from desktop_app.service.storage.store import open_store


@pytest.fixture
async def store(tmp_path: Path):
    async with open_store(tmp_path) as opened:
        yield opened


async def test_bytes_that_went_just_before_the_row_came_are_kept_again(store):
    kept_times = 0

    async def keep():
        nonlocal kept_times
        kept_times += 1
        kept = await store.files.keep_bytes(b"x")
        if kept_times == 1:  # another document of the same content is deleted just now
            await remove_unnamed(store.database, store.files, kept.sha256)
        return kept

    sha256 = await add_naming(store.database, store.files, keep, lambda _, kept: kept.sha256)
    assert kept_times == 2
    assert await store.files.read(sha256) == b"x"


async def test_bytes_stay_while_media_or_documents_name_them(store):
    kept = await store.files.keep_bytes(b"x")
    thread = await store.conversations.create()

    def insert(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO media (id, thread_id, kind, mime_type, sha256, size_bytes, created_at)"
            " VALUES ('m', ?, 'picture', '', ?, 1, '')",
            (thread.thread_id, kept.sha256),
        )

    await store.database.write(insert)
    await remove_unnamed(store.database, store.files, kept.sha256)
    assert await store.files.read(kept.sha256) == b"x"
    await store.database.write(lambda connection: connection.execute("DELETE FROM media"))
    await remove_unnamed(store.database, store.files, kept.sha256)
    assert not store.files.path(kept.sha256).exists()
