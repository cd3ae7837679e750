"""Passages in the database: what is done inside one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from desktop_app.service.documents.document_rows import WaitingDocument, is_processing
from desktop_app.service.providers.ports import Passage

_BY_WORDS = """
SELECT chunks.seq, bm25(chunk_words) AS rank FROM chunk_words
JOIN chunks ON chunks.seq = chunk_words.rowid
JOIN documents ON documents.seq = chunks.document_seq
WHERE chunk_words MATCH :match AND documents.status = 'indexed'
  AND documents.assistant_id = :assistant
  AND (documents.thread_id IS NULL OR documents.thread_id = :thread)
ORDER BY rank, chunks.seq LIMIT :limit
"""

_PASSAGE = """
SELECT chunks.place, chunks.content, documents.id, documents.filename FROM chunks
JOIN documents ON documents.seq = chunks.document_seq
WHERE chunks.seq = ? AND documents.status = 'indexed'
"""


def append(
    connection: sqlite3.Connection,
    document: WaitingDocument,
    first: int,
    passages: Sequence[tuple[str, str]],
) -> bool:
    """Add passages (place, text), numbered from ``first``; False if the document is gone."""
    if not is_processing(connection, document):
        return False
    connection.executemany(
        "INSERT INTO chunks (document_seq, ordinal, place, content) VALUES (?, ?, ?, ?)",
        (
            (document.seq, ordinal, place, content)
            for ordinal, (place, content) in enumerate(passages, first)
        ),
    )
    return True


def first_seq(connection: sqlite3.Connection, document: WaitingDocument) -> int:
    """The number of its first passage; 1 where it has none."""
    row = connection.execute(
        "SELECT min(seq) FROM chunks WHERE document_seq = ?", (document.seq,)
    ).fetchone()
    return int(row[0] or 1)


def by_words(
    connection: sqlite3.Connection, match: str, *, assistant_id: str, thread_id: str, limit: int
) -> list[tuple[int, float]]:
    """Passages that an FTS5 expression finds, as (seq, BM25; higher is better), best first."""
    rows = connection.execute(
        _BY_WORDS,
        {"match": match, "assistant": assistant_id, "thread": thread_id, "limit": limit},
    )
    return [(row["seq"], -row["rank"]) for row in rows]


def can_find(connection: sqlite3.Connection, assistant_id: str, thread_id: str) -> bool:
    """Whether there is any passage for the questions of a thread."""
    row = connection.execute(
        "SELECT 1 FROM documents WHERE assistant_id = ? AND (thread_id IS NULL OR thread_id = ?)"
        " AND status = 'indexed' AND chunk_count > 0 LIMIT 1",
        (assistant_id, thread_id),
    ).fetchone()
    return row is not None


def passages(
    connection: sqlite3.Connection,
    ranked: Sequence[tuple[int, float]],
    nearness: Mapping[int, float],
) -> tuple[Passage, ...]:
    """The passages of (seq, score), in that order; those deleted meanwhile are left out."""
    found = []
    for seq, score in ranked:
        row = connection.execute(_PASSAGE, (seq,)).fetchone()
        if row is not None:
            near = nearness.get(seq)
            where = row["id"], row["filename"], row["content"], row["place"]
            found.append(Passage(*where, score, near))
    return tuple(found)


def openings(
    connection: sqlite3.Connection, where: str, values: Sequence[str], limit: int
) -> list[int]:
    """Numbers of the passages with which documents begin, those of all documents in turn.

    Args:
        where: Which documents, with ``values`` for its question marks.
    """
    rows = connection.execute(
        "SELECT chunks.seq FROM chunks JOIN documents ON documents.seq = chunks.document_seq"
        f" WHERE documents.status = 'indexed' AND {where}"
        " ORDER BY chunks.ordinal, documents.seq LIMIT ?",
        (*values, limit),
    )
    return [row["seq"] for row in rows]
