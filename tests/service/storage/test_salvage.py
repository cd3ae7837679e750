"""What can be read of a damaged database of the service is there again, with its files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.errors import StorageError
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.memories import NewMemory
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.storage import salvage
from desktop_app.service.storage.store import FILE_NAME, Store, open_store

MEMORIES = 300
PAGE = 4096


async def fill(store: Store) -> tuple[str, str, Path]:
    """An assistant that remembers much, its thread, and a file that a document names."""
    assistant = (await store.assistants.create(NewAssistant(name="Tutor"))).assistant_id
    thread = await store.conversations.create(assistant)
    assert thread is not None
    said = StoredMessage(message_id="m", role="user", content="How far?", status="COMPLETED")
    await store.conversations.add(thread.thread_id, said)
    for number in range(MEMORIES):
        await store.memories.add(assistant, NewMemory(content=f"fact {number} " * 20))
    kept = await store.files.keep_bytes(b"the timetable")
    values = ("d", assistant, "plan.txt", "text/plain", kept.sha256, 13, "indexed", "1", "1")
    names = "id, assistant_id, filename, mime_type, sha256, size_bytes, status, created_at"
    insert = f"INSERT INTO documents ({names}, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    await store.database.write(lambda connection: connection.execute(insert, values))
    return assistant, thread.thread_id, store.files.path(kept.sha256)


def spoil(path: Path) -> None:
    """Overwrite one page of memories, as a failing disk does."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    at = content.index(b"fact 150 ") // PAGE * PAGE
    content[at : at + PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)


async def test_most_of_it_is_there_again_and_documents_are_read_anew(tmp_path, caplog):
    async with open_store(tmp_path) as store:
        assistant, thread_id, file = await fill(store)
    spoil(tmp_path / FILE_NAME)
    for is_first in (True, False):
        async with open_store(tmp_path) as store:
            assert (store.database.set_aside is not None) is is_first
            assert (await store.assistants.get(assistant)).name == "Tutor"
            found = await store.conversations.get(thread_id)
            assert [one.content for one in found.messages] == ["How far?"]
            facts = (await store.memories.all(assistant)).memories
            assert MEMORIES * 0.8 < len(facts) < MEMORIES
            status = await store.database.read(
                lambda connection: connection.execute("SELECT status FROM documents").fetchone()[0]
            )
            assert status == "pending"
            assert file.read_bytes() == b"the timetable"
    caplog.clear()


async def test_files_are_kept_that_only_the_damaged_one_names(tmp_path, caplog):
    async with open_store(tmp_path) as store:
        _, _, file = await fill(store)
    (tmp_path / FILE_NAME).write_bytes(b"this is no database " * 500)
    for _ in range(2):
        async with open_store(tmp_path) as store:
            assert file.exists()
    (tmp_path / f"{FILE_NAME}.broken1").unlink()
    async with open_store(tmp_path):
        assert not file.exists()
    caplog.clear()


async def test_a_start_that_was_cut_goes_on_at_the_next_one(tmp_path, caplog, monkeypatch):
    async with open_store(tmp_path) as store:
        assistant, _, _ = await fill(store)
    spoil(tmp_path / FILE_NAME)
    taken = 0

    def cut(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
        nonlocal taken
        taken += 1
        if taken > MEMORIES / 2:
            raise sqlite3.OperationalError("database or disk is full")
        take(connection, table, values)

    take = salvage._take
    with monkeypatch.context() as patched:
        patched.setattr(salvage, "_take", cut)
        with pytest.raises(StorageError):
            async with open_store(tmp_path):
                pass
    for is_told in (True, False):
        async with open_store(tmp_path) as store:
            assert (store.database.set_aside is not None) is is_told
            assert len((await store.memories.all(assistant)).memories) > MEMORIES * 0.8
    caplog.clear()
