"""The nearest passages are found in memory where they fit, and block by block where not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.service.documents import vector_rows
from desktop_app.service.documents.vector_index import VectorIndex
from desktop_app.service.documents.vector_rows import Scope
from desktop_app.service.providers.vector_ports import EmbeddingWish
from desktop_app.service.storage.database import Database

SPACE = "scripted/meaning"
ASSISTANT = Scope("a", is_thread=False)
COUNT, DIMENSIONS = 9_000, 8


def _vectors(count: int) -> np.ndarray:
    made = np.random.default_rng(7).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(tmp_path / "service.sqlite3")
    await made.write(_fill)
    yield made
    await made.aclose()


def _fill(connection) -> None:
    connection.execute("INSERT INTO assistants VALUES (1, 'a', 'Ada', '{}', '')")
    connection.execute(
        "INSERT INTO documents (id, assistant_id, filename, mime_type, sha256, size_bytes, status,"
        " created_at, updated_at) VALUES ('d', 'a', 'f', '', '', 0, 'indexed', '', '')"
    )
    connection.executemany(
        "INSERT INTO chunks (document_seq, ordinal, place, content) VALUES (1, ?, '', '')",
        ((number,) for number in range(COUNT)),
    )
    passages = vector_rows.without_vector(
        connection, SPACE, [EmbeddingWish()], after=0, limit=COUNT
    )
    vector_rows.insert(connection, SPACE, passages, _vectors(COUNT))


@pytest.mark.parametrize("most_bytes", [1 << 30, 200_000], ids=["in memory", "by blocks"])
async def test_the_nearest_are_found_each_time(database, most_bytes):
    index = VectorIndex(database, most_bytes)
    vectors = _vectors(COUNT)
    for number in (0, 4_321, COUNT - 1):
        cosines = await index.cosines(vectors[number], SPACE, ASSISTANT)
        assert len(cosines.seqs) == COUNT
        assert list(cosines.best(1)) == [number + 1]
        assert cosines.values.max() == pytest.approx(1, abs=1e-3)


async def test_what_is_new_counts_once_the_scope_is_forgotten(database):
    index = VectorIndex(database)
    query = _vectors(1)[0]
    await index.cosines(query, SPACE, ASSISTANT)
    await database.write(lambda one: one.execute("DELETE FROM chunks WHERE seq <= 100"))
    assert len((await index.cosines(query, SPACE, ASSISTANT)).seqs) == COUNT
    index.forget("a")
    assert len((await index.cosines(query, SPACE, ASSISTANT)).seqs) == COUNT - 100


@pytest.mark.parametrize(
    ("space", "scope", "dimensions"),
    [
        ("other/model", ASSISTANT, DIMENSIONS),
        (SPACE, Scope("a", is_thread=True), DIMENSIONS),
        (SPACE, Scope("b", is_thread=False), DIMENSIONS),
        (SPACE, ASSISTANT, DIMENSIONS + 1),
    ],
    ids=["space", "thread", "assistant", "dimensions"],
)
async def test_only_vectors_that_can_be_compared_count(database, space, scope, dimensions):
    query = np.ones(dimensions, np.float32)
    cosines = await VectorIndex(database).cosines(query, space, scope)
    assert cosines.best(5) == {}
