"""Works that wait together become durable together, and fail alone."""

from __future__ import annotations

import asyncio
import threading

import pytest

from desktop_app.database.group_commit import GroupCommit
from desktop_app.database.sqlite_file import connect
from desktop_app.database.worker import Worker
from desktop_app.errors import StorageError

WITHIN_S = 10


class Rig:
    """A database whose writer can be held up."""

    def __init__(self, path):
        self.connection = connect(path)
        self.connection.execute("CREATE TABLE row (name TEXT PRIMARY KEY)")
        self.statements = []
        self.connection.set_trace_callback(self.statements.append)
        self.worker = Worker("test-writer")
        self.commits = GroupCommit(self.connection, self.worker)
        self._go_on = threading.Event()

    def hold(self):
        """What is asked for from now on waits for ``go_on``."""
        self.worker.post(lambda: self._go_on.wait(WITHIN_S))

    async def together(self, *works):
        """The results or errors of works that wait for the writer at the same time."""
        self.hold()
        tasks = [asyncio.create_task(self.commits.run(work)) for work in works]
        await asyncio.sleep(0)  # each task has asked
        self._go_on.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def names(self):
        return [row["name"] for row in self.connection.execute("SELECT name FROM row ORDER BY 1")]

    @property
    def transactions(self):
        return self.statements.count("COMMIT")


@pytest.fixture
async def rig(tmp_path):
    rig = Rig(tmp_path / "a.sqlite3")
    yield rig
    await rig.worker.run(rig.connection.close)
    rig.worker.close()


def insert(name):
    def work(connection):
        connection.execute("INSERT INTO row VALUES (?)", (name,))
        return name

    return work


async def test_works_that_wait_share_one_transaction_and_keep_their_order(rig):
    assert await rig.together(*map(insert, "abc")) == ["a", "b", "c"]
    assert rig.transactions == 1
    assert rig.names == ["a", "b", "c"]


async def test_one_that_fails_takes_only_its_own_rows_along(rig):
    def half(connection):
        connection.execute("INSERT INTO row VALUES ('half')")
        raise ValueError("no")

    first, second, third, fourth = await rig.together(insert("a"), half, insert("a"), insert("b"))
    assert (first, fourth) == ("a", "b")
    assert isinstance(second, ValueError)
    assert isinstance(third, StorageError)
    assert rig.names == ["a", "b"]


async def test_what_undoes_the_whole_transaction_is_told_to_everyone_in_it(rig):
    def fill(connection):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        for number in range(1_000):
            connection.execute("INSERT INTO row VALUES (?)", (f"{number}" * 200,))

    outcomes = await rig.together(insert("a"), fill, insert("b"))
    rig.connection.execute("PRAGMA max_page_count = 1000000")
    codes = [getattr(one, "code", one) for one in outcomes]
    kept = [one for one in codes if one != "storage.full"]
    assert codes[1] == "storage.full"
    assert rig.names == kept  # who was told of success has its row, who was not has none
    assert await rig.commits.run(insert("later")) == "later"


async def test_a_caller_that_leaves_does_not_undo_its_work(rig):
    rig.hold()
    task = asyncio.create_task(rig.commits.run(insert("a")))
    await asyncio.sleep(0)
    task.cancel()
    rig._go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await rig.commits.run(lambda _: "after") == "after"
    assert rig.names == ["a"]


async def test_who_comes_alone_needs_no_savepoint_and_fails_as_a_whole(rig):
    def half(connection):
        connection.execute("INSERT INTO row VALUES ('half')")
        raise ValueError("no")

    assert await rig.commits.run(insert("a")) == "a"
    with pytest.raises(ValueError, match="no"):
        await rig.commits.run(half)
    with pytest.raises(StorageError):
        await rig.commits.run(insert("a"))
    assert await rig.commits.run(insert("b")) == "b"
    assert rig.names == ["a", "b"]
    assert not [each for each in rig.statements if "SAVEPOINT" in each]
