"""Reads what can still be read of a damaged database."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

logger = logging.getLogger(__name__)

_LAST_ROW = 2**62
_AT_A_TIME = 256
_A_COMMIT = 2_000  # rows


def text_of(content: bytes) -> str:
    """A text of the database; what is no UTF-8 in it is marked."""
    return content.decode("utf-8", "replace")


@contextmanager
def opened_damaged(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The database, to be read and nothing else; None where not even that is possible."""
    try:
        opened = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        logger.info("nothing can be read of %s: %s", path.name, error)
        yield None
        return
    with closing(opened) as old:
        old.row_factory = sqlite3.Row
        old.text_factory = text_of
        yield old


def rows_of(old: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Every row that can be read, some of them twice.

    First as they lie, whatever numbers a damaged page gives them, up to a page that cannot be read;
    then by number and over such pages: further and further on.
    """
    try:
        yield from old.execute(f"SELECT * FROM {table}")
        return
    except sqlite3.DatabaseError as error:
        logger.info("%s breaks off: %s", table, error)
    after, step = -1, 1
    while after < _LAST_ROW:
        try:
            query = f"SELECT rowid AS place, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?"
            found = old.execute(query, (after, _AT_A_TIME if step == 1 else 1))
            while (row := found.fetchone()) is not None:
                if row["place"] <= after:
                    raise sqlite3.DatabaseError("numbers out of order")
                after, step = row["place"], 1
                yield row
            if _is_last(old, table, after):
                return
        except sqlite3.DatabaseError:
            after, step = after + step, step * 2


def batches_of(old: sqlite3.Connection, table: str) -> Iterator[list[sqlite3.Row]]:
    """The same rows, as many at a time as are taken over in one transaction."""
    rows = rows_of(old, table)
    while batch := list(islice(rows, _A_COMMIT)):
        yield batch


def _is_last(old: sqlite3.Connection, table: str, after: int) -> bool:
    query = f"SELECT 1 FROM {table} WHERE rowid > ? LIMIT 1"
    return old.execute(query, (after,)).fetchone() is None
