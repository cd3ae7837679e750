"""A database file is private, and damage in it costs neither the start nor the damaged file."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.database.sqlite_file import connect, open_sound, transaction

MIGRATIONS = ("CREATE TABLE a (x UNIQUE);",)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.sqlite3"


def filled(path: Path) -> None:
    connection, aside = open_sound(path, MIGRATIONS)
    with closing(connection), transaction(connection):
        connection.executemany("INSERT INTO a VALUES (?)", [(f"{n} " * 50,) for n in range(200)])
    assert aside is None


def count(path: Path) -> int:
    with closing(connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM a").fetchone()[0]


def overwrite(path: Path) -> None:
    path.write_bytes(b"this is no database " * 500)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def scramble(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(len(content) - 8192))


@pytest.mark.parametrize("damage", [overwrite, cut, scramble])
def test_a_damaged_file_is_set_aside_and_a_new_one_started(
    path: Path, damage: Callable[[Path], None]
):
    for number in (1, 2):
        filled(path)
        damage(path)
        damaged = path.read_bytes()
        connection, aside = open_sound(path, MIGRATIONS)
        connection.close()
        assert aside == path.with_name(f"a.sqlite3.broken{number}")
        assert aside.read_bytes() == damaged
        assert count(path) == 0


def test_a_file_that_cannot_be_opened_is_no_damage(path):
    path.mkdir()
    with pytest.raises(sqlite3.OperationalError):
        open_sound(path, MIGRATIONS)
    assert path.is_dir()


def test_the_file_is_readable_by_its_owner_alone(path):
    filled(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_transaction_changes_nothing_and_leaves_none_open(path):
    filled(path)
    with closing(connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany("INSERT INTO a VALUES (?)", [(1,), (1,)])
        assert not connection.in_transaction
    assert count(path) == 200
