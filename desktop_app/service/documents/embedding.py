"""Gives passages their vectors in the background, and questions at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import AppError
from desktop_app.service.documents import vector_rows
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.vector_ports import (
    Embedder,
    EmbeddingWish,
    chosen,
    space_of,
)
from desktop_app.service.storage.database import Database

_AT_ONCE = 32
_QUESTION_WITHIN_S = 5.0
_LEFT_ALONE_S = 60.0
_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 600.0

_log = logging.getLogger(__name__)


class Embedding:
    """Works through passages without a vector; event loop only.

    Args:
        on_embedded: Told the scope (a thread's or an assistant's id) of passages that have
            vectors from now on.
    """

    def __init__(
        self, database: Database, source: ProviderSource, on_embedded: Callable[[str], None]
    ) -> None:
        self._database = database
        self._source = source
        self._on_embedded = on_embedded
        self._news = asyncio.Event()
        self._slow_until: dict[str, float] = {}
        self._done: dict[str, int] = {}  # by space: all passages up to this number have vectors

    def embedder(self, wish: EmbeddingWish) -> Embedder | None:
        """Who embeds for an assistant; None where nobody does."""
        return chosen(self._embedders(), wish)

    def wake(self, first: int) -> None:
        """There are new passages, from this number on."""
        for space, done in self._done.items():
            self._done[space] = min(done, first - 1)
        self._news.set()

    async def of_question(self, embedder: Embedder, text: str) -> NDArray[np.float32] | None:
        """The vector of a question, or None where the provider does not give one in time.

        One that was too slow is left alone for a minute: each turn would wait for it again.
        """
        now = asyncio.get_running_loop().time()
        if now < self._slow_until.get(embedder.provider, now):
            return None
        try:
            async with asyncio.timeout(_QUESTION_WITHIN_S):
                vectors = await _vectors(embedder, [text])
        except (AppError, TimeoutError) as error:
            _log.info("%s gave a question no vector: %s", embedder.provider, _code(error))
            if isinstance(error, TimeoutError):
                self._slow_until[embedder.provider] = now + _LEFT_ALONE_S
            return None
        query: NDArray[np.float32] = vectors[0]
        return query

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._source.get()
        except AppError:
            return  # they are not there, and will not come
        pause_s = _FIRST_PAUSE_S
        while True:
            self._news.clear()
            if await self._catch_up():
                pause_s = _FIRST_PAUSE_S
                await self._news.wait()
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _catch_up(self) -> bool:
        """Whether all providers gave what they were asked for."""
        is_complete = True
        for embedder, wishes in await self._wanted():
            try:
                while await self._next(embedder, wishes):
                    pass
            except AppError as error:
                _log.info("%s gave passages no vectors: %s", embedder.provider, _code(error))
                is_complete = False
        return is_complete

    async def _wanted(self) -> list[tuple[Embedder, list[EmbeddingWish]]]:
        """Each model that serves an assistant with documents, and the wishes that mean it."""
        if not self._embedders():
            return []
        wanted: dict[str, tuple[Embedder, list[EmbeddingWish]]] = {}
        for wish in await self._database.read(vector_rows.wishes):
            embedder = self.embedder(wish)
            if embedder is not None:
                wanted.setdefault(space_of(embedder), (embedder, []))[1].append(wish)
        return list(wanted.values())

    async def _next(self, embedder: Embedder, wishes: Sequence[EmbeddingWish]) -> bool:
        """Embed some passages; False where none was left."""
        space = space_of(embedder)
        after = self._done.setdefault(space, 0)
        passages = await self._database.read(
            lambda connection: vector_rows.without_vector(
                connection, space, wishes, after=after, limit=_AT_ONCE
            )
        )
        if not passages:
            return False
        vectors = await _vectors(embedder, [one.content for one in passages])
        given = space_of(embedder)
        await self._database.write(
            lambda connection: vector_rows.insert(connection, given, passages, vectors)
        )
        if self._done[space] == after:  # else older passages have come meanwhile
            self._done[space] = passages[-1].seq
        for scope in {one.scope for one in passages}:
            self._on_embedded(scope)
        return True

    def _embedders(self) -> Mapping[str, Embedder]:
        providers = self._source.known
        return providers.embedders if providers is not None else {}


async def _vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, float32, shape (len(texts), n).

    Raises:
        AppError
    """
    with provider_failures("embedding.failed", "The embedding provider failed."):
        vectors = np.asarray(await embedder.embed(texts), np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ValueError(f"{vectors.shape} for {len(texts)} texts")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        units: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-12))
        return units


def _code(error: Exception) -> str:
    return error.code if isinstance(error, AppError) else "too slow"
