"""The window reads the journal off its own thread, and an older one too."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest
from PySide6.QtCore import QTimer

from desktop_app.database.migrations import migrate
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.ui import journal_pages
from desktop_app.ui.chat.shown_text import times_shown
from desktop_app.ui.journal_pages import JournalPages
from desktop_app.ui.store import AppStore


@pytest.mark.usefixtures("qapp")
def test_the_first_look_at_the_journal_of_an_older_parley_shows_its_threads(tmp_path):
    path = tmp_path / DATABASE_NAME
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        migrate(old, path, MIGRATIONS[:-1])
        row = "'t1', 'Tides', '', '', 1.0, 1.0, 0, 0, 0, '', '', '', ''"
        old.execute(f"INSERT INTO thread VALUES ({row})")
    store, readers = AppStore(), set()

    class Reader(JournalReader):
        def threads(self, *args, **named):
            readers.add(threading.current_thread())
            return super().threads(*args, **named)

    asyncio.run(JournalPages(store, Reader(tmp_path), asyncio.to_thread).threads())
    assert [one.title for one in store.state.threads] == ["Tides"]
    assert store.state.notices == ()
    assert threading.main_thread() not in readers


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    ("read", "instead"),
    [
        (lambda pages: pages.sums("t1", 0.0), None),
        (lambda pages: pages.origins(["m1"]), {}),
        (lambda pages: pages.found_in("t1", "tide", times_shown), ()),
    ],
)
def test_a_journal_that_cannot_be_read_is_said_whatever_is_read_of_it(tmp_path, read, instead):
    (tmp_path / DATABASE_NAME).write_bytes(b"no database at all" * 100)
    store = AppStore()
    pages = JournalPages(store, JournalReader(tmp_path), asyncio.to_thread)
    assert asyncio.run(read(pages)) == instead
    assert [one.code for one in store.state.notices] == ["journal.unreadable"]


@pytest.mark.usefixtures("qapp")
def test_once_an_engine_has_mended_the_journal_nobody_says_that_it_cannot_be_read(tmp_path):
    (tmp_path / DATABASE_NAME).write_bytes(b"no database at all" * 100)
    store = AppStore()
    pages = JournalPages(store, JournalReader(tmp_path), asyncio.to_thread)
    asyncio.run(pages.threads())
    asyncio.run(pages.again())
    assert [one.code for one in store.state.notices] == ["journal.unreadable"]
    (tmp_path / DATABASE_NAME).unlink()
    asyncio.run(pages.again())
    assert store.state.notices == ()


def test_a_reading_that_waits_for_an_older_parley_says_so_until_it_is_over(desk, qtbot):
    desk.reader.is_catching_up = True
    over = asyncio.Event()

    async def slowly(call):
        await over.wait()
        return call()

    pages = JournalPages(desk.store, desk.reader, slowly)
    reading = pages.threads()
    loop = asyncio.new_event_loop()
    task = loop.create_task(reading)

    def said():
        return [one.code for one in desk.store.state.notices]

    loop.run_until_complete(asyncio.sleep(0))
    assert said() == []
    qtbot.waitUntil(lambda: said() == ["journal.catching_up"], timeout=3_000)
    assert "older Parley" in desk.window.pane.notices.sentence
    over.set()
    loop.run_until_complete(task)
    loop.close()
    assert said() == []


def test_readings_that_follow_one_another_put_off_nothing_that_is_to_be_said(
    desk, qtbot, monkeypatch
):
    monkeypatch.setattr(journal_pages, "_LOOK_EVERY_MS", 200)
    desk.reader.is_catching_up = True
    over = asyncio.Event()

    async def slowly(call):
        await over.wait()
        return call()

    pages = JournalPages(desk.store, desk.reader, slowly)
    loop = asyncio.new_event_loop()
    tasks = []

    def read():
        tasks.append(loop.create_task(pages.thread("t")))
        loop.run_until_complete(asyncio.sleep(0))

    read()
    again = QTimer(desk.window, interval=20)
    again.timeout.connect(read)
    again.start()
    qtbot.waitUntil(lambda: bool(desk.store.state.notices), timeout=3_000)
    again.stop()
    over.set()
    loop.run_until_complete(asyncio.gather(*tasks))
    loop.close()
    assert desk.store.state.notices == ()


@pytest.mark.usefixtures("qapp")
def test_a_newer_parley_is_named_as_why_the_journal_cannot_be_read(tmp_path):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store = AppStore()
    pages = JournalPages(store, JournalReader(tmp_path), asyncio.to_thread)
    asyncio.run(pages.threads())
    assert [one.code for one in store.state.notices] == ["storage.newer"]
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)) as newer:
        newer.execute("PRAGMA user_version = 0")
    asyncio.run(pages.threads())
    assert store.state.notices == ()
