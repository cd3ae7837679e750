"""A reader that comes before the writer finds the journal of an older Parley, and reads it."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from desktop_app.database.migrations import migrate
from desktop_app.errors import StorageError
from desktop_app.journal import catching_up
from desktop_app.journal.folder_lock import FolderLock, version_of_holder
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.search_query import read_wish
from desktop_app.journal.snapshot import open_snapshot
from desktop_app.journal.writer import JournalWriter

OLDER = range(1, len(MIGRATIONS))


def write_older(folder, version):
    """A journal with a thread and its message, as a Parley of that version left it."""
    path = folder / DATABASE_NAME
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        migrate(old, path, MIGRATIONS[:version])
        old.execute(
            "INSERT INTO thread (id, title, remote_id, assistant_id, created_at, updated_at, "
            "is_pinned, is_unread) VALUES ('t1', 'Tides', '', '', 1.0, 1.0, 0, 0)"
        )
        old.execute(
            "INSERT INTO message (id, thread_id, role, text, created_at, status, turn, is_spoken, "
            "utterance_id, speech_ms, model, heard_by, spoken_by, error, remote_id) VALUES ('m1', "
            "'t1', 'user', 'When is high water?', 1.0, 'sent', 1, 0, '', 0, '', '', '', '', '')"
        )


def version_of(folder):
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


@contextmanager
def written(folder):
    lock = FolderLock(folder)
    try:
        yield
    finally:
        lock.release()


@pytest.mark.parametrize("version", OLDER)
def test_every_older_journal_is_read_by_who_comes_first(reader, tmp_path, version):
    write_older(tmp_path, version)
    assert [one.title for one in reader.threads()] == ["Tides"]
    assert [one.text for one in reader.messages("t1")] == ["When is high water?"]
    assert [one.message_id for one in reader.search(read_wish("wat"))] == ["m1"]
    assert reader.pictures() == reader.utterances() == []
    assert (tmp_path / f"{DATABASE_NAME}.v{version}.backup").is_file()


@pytest.mark.parametrize("version", OLDER)
def test_every_older_journal_is_exported(tmp_path, version):
    write_older(tmp_path, version)
    with open_snapshot(tmp_path) as snapshot:
        assert [one.title for one in snapshot.threads()] == ["Tides"]
        assert snapshot.count() == 1


async def test_the_folder_is_free_for_the_writer_afterwards(reader, tmp_path):
    write_older(tmp_path, 4)
    assert len(reader.threads()) == 1
    journal = await JournalWriter.open(tmp_path)
    assert [one.id for one in await journal.messages("t1", limit=9)] == ["m1"]
    await journal.aclose()


def test_who_writes_the_folder_is_left_to_migrate_it(reader, tmp_path, monkeypatch):
    write_older(tmp_path, 4)
    seen = []

    class Pause:
        """The third one is as long as the writer takes."""

        def wait(self, _seconds):
            seen.append((version_of(tmp_path), reader.is_catching_up))
            if len(seen) == 3:
                path = tmp_path / DATABASE_NAME
                with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                    migrate(connection, path, MIGRATIONS)

    monkeypatch.setattr(catching_up, "Event", Pause)
    with written(tmp_path):
        assert [one.title for one in reader.threads()] == ["Tides"]
    assert seen == [(4, True)] * 3
    assert not reader.is_catching_up


def test_an_older_parley_that_stays_open_is_named(reader, tmp_path):
    write_older(tmp_path, 4)
    with written(tmp_path), pytest.raises(StorageError, match="Close it") as caught:
        catching_up.catch_up(tmp_path, patience_s=0.0)
    assert caught.value.code == "storage.older"
    assert version_of(tmp_path) == 4


@pytest.mark.parametrize(("holder", "waits_s"), [(0, 1.0), (4, 1.0), (len(MIGRATIONS), 30.0)])
def test_only_who_can_migrate_the_journal_is_waited_for(tmp_path, monkeypatch, holder, waits_s):
    write_older(tmp_path, 4)
    now_s = 0.0

    class Pause:
        def wait(self, seconds):
            nonlocal now_s
            now_s += seconds

    monkeypatch.setattr(catching_up, "Event", Pause)
    monkeypatch.setattr(catching_up.time, "monotonic", lambda: now_s)
    lock = FolderLock(tmp_path, holder)
    with pytest.raises(StorageError) as caught:
        catching_up.catch_up(tmp_path)
    lock.release()
    assert caught.value.code == "storage.older"
    assert now_s == pytest.approx(waits_s, abs=0.1)


async def test_a_writer_says_what_it_writes(tmp_path):
    journal = await JournalWriter.open(tmp_path)
    assert version_of_holder(tmp_path) == len(MIGRATIONS)
    await journal.aclose()
    with written(tmp_path):
        assert version_of_holder(tmp_path) == 0, "who only looks says nothing"


def test_a_damaged_older_journal_is_left_as_it_is(reader, tmp_path):
    write_older(tmp_path, 4)
    path = tmp_path / DATABASE_NAME
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        reader.threads()
    assert caught.value.code == "storage.broken"
    assert path.read_bytes() == content
    assert not list(tmp_path.glob("*.backup"))
