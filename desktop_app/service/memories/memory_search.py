"""Finds memories by meaning where an embedding provider is connected, else by words."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence

import msgspec
import numpy as np

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.service.memories.memory_store import scored
from desktop_app.service.memories.words import best, word_scores
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.vector_ports import (
    Embedder,
    EmbeddingWish,
    chosen,
    space_of,
)
from desktop_app.service.storage.database import Database
from desktop_app.service.vectors import QuestionVectors, Vectors, unit_vectors

OPEN_WITHIN_S = 5.0
CATCH_UP_S = 1.5
"""For memories that have no vector yet: a turn waits for it."""
AT_ONCE = 16
"""Memories that get their vectors in one go, which is kept before the next."""
WORDS_WEIGHT = 0.1
"""Of the words' score beside the meaning's: more made the order worse."""

_WITHOUT_VECTOR = """
SELECT seq, content FROM memories WHERE assistant_id = ? AND NOT EXISTS
    (SELECT 1 FROM memory_vectors WHERE space = ? AND memory_seq = memories.seq)
AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT ?
"""
_VECTORS = """
SELECT memory_seq, vector FROM memory_vectors
JOIN memories ON memories.seq = memory_vectors.memory_seq
WHERE space = ? AND memories.assistant_id = ?
"""

_log = logging.getLogger(__name__)


class MemorySearch:
    """Searches the memories of one assistant at a time.

    A memory gets its vector when it is first searched, so that adding one waits for nobody.
    """

    def __init__(self, database: Database, source: ProviderSource) -> None:
        self._database = database
        self._source = source
        self._questions = QuestionVectors()
        self._most = AT_ONCE
        self._refused: set[tuple[int, str]] = set()  # memories and spaces, in this run

    async def search(
        self, assistant_id: str, query: str, limit: int, wish: EmbeddingWish
    ) -> list[StoredMemory]:
        """The best first, each with its score.

        Args:
            assistant_id: Whose memories.
            query: Words or a question.
            limit: At most so many.
            wish: Whose embeddings.

        Raises:
            StorageError
        """
        vector, space = await self._embedded(assistant_id, query, wish)

        def work(connection: sqlite3.Connection) -> list[StoredMemory]:
            scores = word_scores(connection, assistant_id, query)
            if vector is not None:
                scores = _by_meaning(connection, assistant_id, space, vector, scores)
            return [scored(connection, seq, score) for seq, score in best(scores, limit)]

        return await self._database.read(work)

    async def _embedded(
        self, assistant_id: str, query: str, wish: EmbeddingWish
    ) -> tuple[Vectors | None, str]:
        """The question's vector and its space, once the memories have theirs; or None."""
        if not query.strip():
            return None, ""
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):  # providers may still be opening
                embedder = chosen((await self._source.get()).embedders, wish)
        except TimeoutError:
            _log.info("Memories are searched by words: the providers are not open yet")
            return None, ""
        except AppError as error:
            _log.info("Memories are searched by words: %s", error.code)
            return None, ""
        if embedder is None:
            return None, ""
        vector = await self._questions.of(embedder, query)
        if vector is not None:
            await self._catch_up(embedder, assistant_id)
        return vector, space_of(embedder)

    async def _catch_up(self, embedder: Embedder, assistant_id: str) -> None:
        """Give memories their vectors, for a moment: what is left of them comes with a later turn,
        and has its words until then."""
        try:
            async with asyncio.timeout(CATCH_UP_S):
                while await self._next(embedder, assistant_id):
                    pass
        except TimeoutError:
            self._most = max(min(AT_ONCE, self._most) // 4, 1)  # these are in time, perhaps
            _log.info("Some memories are searched by words: their vectors take long")
        except AppError as error:
            _log.info("Some memories are searched by words: %s", error.code)

    async def _next(self, embedder: Embedder, assistant_id: str) -> bool:
        """Embed the newest memories that have no vector; False where none was left."""
        wished = space_of(embedder)
        refused = [seq for seq, space in self._refused if space == wished]
        values = (assistant_id, wished, msgspec.json.encode(refused).decode())
        rows = await self._database.read(
            lambda connection: connection.execute(
                _WITHOUT_VECTOR, (*values, min(AT_ONCE, self._most))
            ).fetchall()
        )
        if not rows:
            return False
        try:
            await self._embed(embedder, rows)
        except InputError:
            await unit_vectors(embedder, ["word"])  # else it is the provider that is wrong
            if len(rows) == 1:
                self._refused.add((rows[0]["seq"], wished))
            self._most = 1 if len(rows) > 1 else AT_ONCE
        return True

    async def _embed(self, embedder: Embedder, rows: Sequence[sqlite3.Row]) -> None:
        vectors = await unit_vectors(embedder, [str(row["content"]) for row in rows])
        space = space_of(embedder)

        def work(connection: sqlite3.Connection) -> None:
            for row, vector in zip(rows, vectors, strict=True):
                connection.execute(
                    "INSERT OR REPLACE INTO memory_vectors (memory_seq, space, vector)"
                    " SELECT seq, ?, ? FROM memories WHERE seq = ? AND content = ?",
                    (space, vector.tobytes(), row["seq"], row["content"]),
                )

        await self._database.write(work)


def _by_meaning(
    connection: sqlite3.Connection,
    assistant_id: str,
    space: str,
    asked: Vectors,
    by_words: dict[int, float],
) -> dict[int, float]:
    """Cosines, nudged by shared words. A memory without a vector has its words alone."""
    scores = {seq: WORDS_WEIGHT * score for seq, score in by_words.items()}
    for seq, blob in connection.execute(_VECTORS, (space, assistant_id)):
        vector = np.frombuffer(blob, np.float32)
        if len(vector) == len(asked):
            cosine = float(vector @ asked) / max(float(np.linalg.norm(vector)), 1e-12)
            scores[seq] = scores.get(seq, 0.0) + (1 - WORDS_WEIGHT) * cosine
    return {seq: score for seq, score in scores.items() if score > 0}
