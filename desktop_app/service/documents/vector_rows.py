"""Vectors of passages in the database: what is done inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.service.providers.vector_ports import EmbeddingWish

_BLOCK = 4096
_STORED = np.dtype("<f2")

_WISH = """
coalesce(json_extract(assistants.body, '$.embedding_provider'), ''),
coalesce(json_extract(assistants.body, '$.embedding_model_name'), ''),
coalesce(json_extract(assistants.body, '$.embedding_dims'), 0)
"""
_WISHES = f"""
SELECT DISTINCT {_WISH} FROM assistants
WHERE EXISTS (SELECT 1 FROM documents WHERE documents.assistant_id = assistants.id)
"""
_WITHOUT = f"""
SELECT chunks.seq, chunks.content, coalesce(documents.thread_id, documents.assistant_id) AS scope
FROM chunks JOIN documents ON documents.seq = chunks.document_seq
JOIN assistants ON assistants.id = documents.assistant_id
WHERE chunks.seq > :after AND documents.status = 'indexed'
  AND ({_WISH}) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:wishes))
  AND NOT EXISTS (
    SELECT 1 FROM chunk_vectors WHERE space = :space AND chunk_seq = chunks.seq
  )
ORDER BY chunks.seq LIMIT :limit
"""

_VECTORS = """
SELECT chunk_vectors.chunk_seq, chunk_vectors.vector FROM documents
JOIN chunks ON chunks.document_seq = documents.seq
JOIN chunk_vectors ON chunk_vectors.space = ? AND chunk_vectors.chunk_seq = chunks.seq
WHERE documents.{owner} AND documents.status = 'indexed' AND length(chunk_vectors.vector) = ?
"""


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A passage that has no vector yet."""

    seq: int
    content: str
    scope: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents of one thread, or those of one assistant that serve all its threads."""

    id: str
    is_thread: bool


def wishes(connection: sqlite3.Connection) -> list[EmbeddingWish]:
    """Of the assistants that have documents, each once."""
    rows = connection.execute(_WISHES)
    return [EmbeddingWish(provider, model, length or None) for provider, model, length in rows]


def without_vector(
    connection: sqlite3.Connection,
    space: str,
    wishes: Sequence[EmbeddingWish],
    *,
    after: int,
    limit: int,
) -> list[Unembedded]:
    """Passages by number, from one on, that have no vector in a space.

    Args:
        wishes: Of the assistants that are meant.
    """
    meant = [(wish.provider, wish.model, wish.dimensions or 0) for wish in wishes]
    values = {"space": space, "wishes": json.dumps(meant), "after": after, "limit": limit}
    return [Unembedded(*row) for row in connection.execute(_WITHOUT, values)]


def insert(
    connection: sqlite3.Connection,
    space: str,
    passages: Sequence[Unembedded],
    vectors: NDArray[np.float32],
) -> None:
    """Keep vectors, float32 of shape (len(passages), n); of passages that are still there."""
    connection.executemany(
        "INSERT OR REPLACE INTO chunk_vectors (chunk_seq, space, vector)"
        " SELECT seq, ?, ? FROM chunks WHERE seq = ?",
        (
            (space, vector.astype(_STORED).tobytes(), one.seq)
            for one, vector in zip(passages, vectors, strict=True)
        ),
    )


def blocks(
    connection: sqlite3.Connection, space: str, scope: Scope, dimensions: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """The vectors of a scope, some thousands at a time.

    Yields:
        Numbers of passages, int64 of shape (n,), and float32 of shape (n, dimensions).
    """
    owner = (
        "thread_id = ?" if scope.is_thread else "assistant_id = ? AND documents.thread_id IS NULL"
    )
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples are cheaper, and there are many
    cursor.execute(_VECTORS.format(owner=owner), (space, scope.id, dimensions * _STORED.itemsize))
    while rows := cursor.fetchmany(_BLOCK):
        seqs, vectors = zip(*rows, strict=True)
        stored = np.frombuffer(b"".join(vectors), _STORED)
        yield (
            np.array(seqs, np.int64),
            stored.astype(np.float32).reshape(len(rows), dimensions),
        )
