"""Migrations run once, together, with a copy kept; a newer database is left alone."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from desktop_app.database.migrations import known_version, migrate
from desktop_app.errors import StorageError

ONE = "CREATE TABLE a (x);"
TWO = "ALTER TABLE a ADD COLUMN y DEFAULT 'new';"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.sqlite3"


@pytest.fixture
def connection(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        yield opened


def version_of(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def test_an_empty_database_gets_every_migration_and_no_copy(connection, path):
    migrate(connection, path, (ONE, TWO))
    assert version_of(connection) == 2
    connection.execute("INSERT INTO a (x) VALUES (1)")
    assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, "new")]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_bar_36_an_older_database_gets_the_rest_and_a_copy_is_kept(connection, path):
    migrate(connection, path, (ONE,))
    connection.execute("INSERT INTO a VALUES (1)")
    migrate(connection, path, (ONE, TWO))
    assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, "new")]
    with closing(sqlite3.connect(f"{path}.v1.backup")) as copy:
        assert copy.execute("SELECT * FROM a").fetchall() == [(1,)]
        assert version_of(copy) == 1


def test_a_failing_migration_changes_nothing(connection, path):
    migrate(connection, path, (ONE,))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, (ONE, TWO, "CREATE TABLE a (again);"))
    assert version_of(connection) == 1
    assert [row[1] for row in connection.execute("PRAGMA table_info(a)")] == ["x"]
    migrate(connection, path, (ONE, TWO))


def test_the_known_version_is_left_as_it_is(connection, path):
    migrate(connection, path, (ONE, TWO))
    before = connection.execute("PRAGMA schema_version").fetchone()
    migrate(connection, path, (ONE, TWO))
    assert connection.execute("PRAGMA schema_version").fetchone() == before
    assert version_of(connection) == 2


def test_two_that_migrate_at_once_do_it_once(connection, path):
    migrate(connection, path, (ONE,))
    waits = threading.Event()

    def migrate_too():
        with closing(sqlite3.connect(path, isolation_level=None)) as second:
            second.set_trace_callback(lambda said: waits.set() if "BEGIN" in said else None)
            migrate(second, path, (ONE, TWO))

    connection.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(migrate_too)
        assert waits.wait(10)
        connection.execute(TWO)
        connection.execute("PRAGMA user_version = 2")
        connection.execute("COMMIT")
        late.result(10)
    assert [row[1] for row in connection.execute("PRAGMA table_info(a)")] == ["x", "y"]


def test_semicolons_in_words_and_triggers_do_not_end_a_statement(connection, path):
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 'b;c'; SELECT 1; END;"
    migrate(connection, path, (f"{ONE} {trigger} -- the end; of it\n", "INSERT INTO a VALUES (1)"))
    assert connection.execute("SELECT x FROM a").fetchall() == [("b;c",)]


def test_a_newer_database_is_refused_and_untouched(connection, path):
    migrate(connection, path, (ONE, TWO))
    assert known_version(connection, 2) == 2
    with pytest.raises(StorageError, match="newer Parley") as caught:
        migrate(connection, path, (ONE,))
    assert caught.value.code == "storage.newer"
    assert caught.value.facts == {"version": "2", "known": "1"}
    assert version_of(connection) == 2
