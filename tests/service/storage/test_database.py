"""SQLite behind two threads."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.errors import StorageError
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.schema import MIGRATIONS


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM assistants").fetchone()[0])


def insert(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO assistants (id, name, body, created_at) VALUES (1, 2, 3, 4)")


@pytest.fixture
async def database(tmp_path):
    opened = Database(tmp_path / "a.sqlite3")
    yield opened
    await opened.aclose()


async def test_what_is_written_can_be_read(database):
    await database.write(insert)
    assert await database.read(count) == 1


async def test_a_failure_rolls_back_all_of_it(database):
    def fail(connection):
        insert(connection)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(fail)
    assert await database.read(count) == 0
    await database.write(insert)
    with pytest.raises(StorageError, match="UNIQUE"):
        await database.write(insert)


async def test_the_reader_cannot_write(database):
    with pytest.raises(StorageError, match="readonly"):
        await database.read(insert)


async def test_a_glance_sees_what_was_written_and_cannot_write(database):
    await database.write(insert)
    assert await database.glance(count) == 1
    with pytest.raises(StorageError, match="readonly"):
        await database.glance(insert)


async def test_a_commit_waits_for_no_disk(database):
    level = "PRAGMA synchronous"
    assert await database.write(lambda connection: connection.execute(level).fetchone()[0]) == 1


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    path = tmp_path / "a.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(StorageError, match="newer Parley") as error:
        Database(path)
    assert error.value.code == "storage.newer"


async def test_opening_twice_migrates_once(tmp_path):
    for _ in range(2):
        opened = Database(tmp_path / "a.sqlite3")
        await opened.aclose()
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite3"]


async def test_a_damaged_database_is_set_aside_and_a_new_one_started(tmp_path, caplog):
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"this is no database " * 500)
    database = Database(path)
    await database.write(insert)
    assert await database.read(count) == 1
    await database.aclose()
    assert "a.sqlite3.broken1" in caplog.text
    caplog.clear()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file") as error:
        Database(tmp_path / "file" / "a.sqlite3")
    assert error.value.code == "storage.failed"
