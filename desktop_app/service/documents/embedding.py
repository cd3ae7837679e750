"""Gives passages their vectors in the background, and questions at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.documents import SearchFault
from desktop_app.service.documents import vector_rows
from desktop_app.service.documents.vector_rows import Unembedded
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.vector_ports import (
    Embedder,
    EmbeddingWish,
    chosen,
    space_of,
)
from desktop_app.service.storage.database import Database
from desktop_app.service.vectors import QuestionVectors, Vectors, fault_of, unit_vectors

_AT_ONCE = 32
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
        self._questions = QuestionVectors()
        self._done: dict[str, int] = {}  # by space: all passages up to this number have vectors

    def embedder(self, wish: EmbeddingWish) -> Embedder | None:
        """Who embeds for an assistant; None where nobody does."""
        return chosen(self._embedders(), wish)

    def fault(self, wish: EmbeddingWish) -> SearchFault | None:
        """Why an assistant's documents are found by their words alone, where they need not be."""
        embedder = self.embedder(wish)
        code = self._questions.faults.get(space_of(embedder)) if embedder is not None else None
        if embedder is None or code is None:
            return None
        return SearchFault(code=code, model=f"{embedder.provider}/{embedder.model}")

    def wake(self, first: int) -> None:
        """There are new passages, from this number on."""
        for space, done in self._done.items():
            self._done[space] = min(done, first - 1)
        self._news.set()

    async def of_question(self, embedder: Embedder, text: str) -> Vectors | None:
        """The vector of a question, or None where the provider does not give one in time."""
        return await self._questions.of(embedder, text)

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
                why = self._questions.faults[space_of(embedder)] = fault_of(error)
                _log.info("%s gave passages no vectors: %s", embedder.provider, why)
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
        try:
            await self._embed(embedder, passages)
        except InputError:
            await self._embed_singly(embedder, passages)
        if self._done[space] == after:  # else older passages have come meanwhile
            self._done[space] = passages[-1].seq
        return True

    async def _embed_singly(self, embedder: Embedder, passages: Sequence[Unembedded]) -> None:
        """All but those that are refused, which have their words to be found by.

        Raises:
            AppError: It is the provider or the model that is wrong: it refuses a word, too.
        """
        await unit_vectors(embedder, ["word"])
        for one in passages:
            try:
                await self._embed(embedder, [one])
            except InputError as error:
                _log.info("%s gave a passage no vector: %s", embedder.provider, error.code)

    async def _embed(self, embedder: Embedder, passages: Sequence[Unembedded]) -> None:
        vectors = await unit_vectors(embedder, [one.content for one in passages])
        space = space_of(embedder)
        self._questions.faults.pop(space, None)
        await self._database.write(
            lambda connection: vector_rows.insert(connection, space, passages, vectors)
        )
        for scope in {one.scope for one in passages}:
            self._on_embedded(scope)

    def _embedders(self) -> Mapping[str, Embedder]:
        providers = self._source.known
        return providers.embedders if providers is not None else {}
