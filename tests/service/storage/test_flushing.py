"""What was written reaches the disk behind the writer, soon and without holding it up."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from desktop_app.service.storage import flushing
from desktop_app.service.storage.database import Database

from .test_database import count, insert


class Disk:
    """Notes what is synchronised."""

    def __init__(self) -> None:
        self.synchronised = 0
        self.fails = False

    def fsync(self, descriptor: int) -> None:
        if self.fails:
            raise OSError("no more disk")
        os.fstat(descriptor)
        self.synchronised += 1


@pytest.fixture
def disk(monkeypatch) -> Disk:
    noted = Disk()
    monkeypatch.setattr(flushing.os, "fsync", noted.fsync)
    monkeypatch.setattr(flushing, "FLUSH_S", 0.0)
    return noted


@pytest.fixture
async def database(tmp_path, disk):
    opened = Database(tmp_path / "a.sqlite3")
    yield opened
    await opened.aclose()


async def holds(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (a file, and a thread of the program)
            await asyncio.sleep(0.005)


async def test_a_write_reaches_the_disk_soon_after_it(database, disk):
    await database.write(insert)
    await holds(lambda: disk.synchronised == 1)


async def test_a_write_that_nobody_waits_for_reaches_the_disk_too(database, disk):
    has_begun, may_end = threading.Event(), threading.Event()

    def slowly(connection):
        has_begun.set()
        may_end.wait(5)
        insert(connection)

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(database.write(slowly))
        await asyncio.to_thread(has_begun.wait, 5)
        writing.cancel()
        await asyncio.wait([writing])
        await asyncio.sleep(0.05)
        assert disk.synchronised == 0, "there is nothing yet that it would be for"
        may_end.set()
    await holds(lambda: disk.synchronised == 1)
    assert await database.read(count) == 1


async def test_a_large_log_is_put_into_the_database_by_the_flusher(database, tmp_path, monkeypatch):
    monkeypatch.setattr(flushing, "LARGE_LOG_BYTES", 1)
    await database.write(insert)
    await holds(lambda: _rows_without_log(tmp_path) == 1)


async def test_a_log_that_a_reader_holds_back_is_synchronised_itself(
    database, disk, tmp_path, monkeypatch
):
    monkeypatch.setattr(flushing, "LARGE_LOG_BYTES", 1)
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as reader:
        reader.execute("BEGIN")
        count(reader)
        await database.write(insert)
        await holds(lambda: disk.synchronised == 1)


def _rows_without_log(folder) -> int:
    """What would be left of the database if its log were lost."""
    copy = folder / "copy.sqlite3"
    shutil.copyfile(folder / "a.sqlite3", copy)
    with closing(sqlite3.connect(copy)) as connection:
        has_table = "SELECT count(*) FROM sqlite_master WHERE name = 'assistants'"
        return count(connection) if connection.execute(has_table).fetchone()[0] else 0


async def test_a_disk_that_refuses_is_told_of_and_stops_nobody(database, disk, caplog):
    disk.fails = True
    await database.write(insert)
    await holds(lambda: "power cut" in caplog.text)
    assert await database.read(count) == 1
    caplog.clear()


async def test_closing_waits_for_no_timer(tmp_path):
    database = Database(tmp_path / "b.sqlite3")
    await database.write(insert)
    await database.aclose()
    assert not (tmp_path / "b.sqlite3-wal").exists()


async def test_a_write_that_ends_after_the_close_begins_arms_no_timer(tmp_path, disk):
    database, faults = Database(tmp_path / "c.sqlite3"), []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, fault: faults.append(fault))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(database.write(insert))
        await asyncio.sleep(0)  # it is handed to the writer
        tasks.create_task(database.aclose())
    await asyncio.sleep(0.01)  # a timer of no seconds would have fired
    assert faults == []
    with closing(sqlite3.connect(tmp_path / "c.sqlite3")) as left:
        assert count(left) == 1
