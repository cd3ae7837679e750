"""Vectors of OpenAI, or of any server of its dialect."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.model_listing import listed_models
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection

_MOST_TEXTS = 64  # of one request
_MOST_CHARACTERS = 200_000  # of one request: below 300 000 tokens in any language
_LONGEST_TEXT = 8_000  # characters: below 8 191 tokens in any language


class OpenAiEmbedder:
    """An ``Embedder`` over ``/embeddings``.

    Args:
        url: Of the server, with or without ``/v1``.
        provider: The name under which people see it.
        model: Name of the model.
        key: Bearer token; may be empty.
    """

    def __init__(self, url: str, *, provider: str, model: str, key: str = "") -> None:
        self.provider = provider
        self.model = model
        self.dimensions: int | None = None
        self.least_nearness: float | None = None
        self._siblings: dict[tuple[str, int | None], OpenAiEmbedder] = {}
        self._connection = OpenAiConnection(url, key, called="embedding server", family="embedding")

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector for each text: float32, shape (len(texts), dimensions).

        Texts that are longer than a page or two are cut.

        Raises:
            NetworkError, AccessError, ProtocolError
        """
        parts = [await self._embedded(batch) for batch in _batches(texts)]
        if not parts:
            return np.zeros((0, 0), dtype=np.float32)
        if len({part.shape[1] for part in parts}) > 1:
            raise self._connection.unreadable()
        return np.concatenate(parts)

    def using(self, model: str, dimensions: int | None) -> OpenAiEmbedder:
        """The same server with another model, or with vectors of a length; they share all else."""
        wanted = (model or self.model, dimensions)
        if wanted == (self.model, self.dimensions):
            return self
        if wanted not in self._siblings:
            sibling = copy.copy(self)
            sibling.model, sibling.dimensions = wanted
            self._siblings[wanted] = sibling
        return self._siblings[wanted]

    async def models(self) -> Sequence[ModelInfo]:
        """What the server lists, the one that is used first."""
        try:
            rows = await listed_models(self._connection, self.provider)
        except AppError:
            rows = []
        found = [row for row in rows if row.model_type == "embedding"]
        if self.model not in [row.name for row in found]:
            known = known_models(self.provider).describe(self.model, self.provider)
            fallback = ModelInfo(name=self.model, provider=self.provider, model_type="embedding")
            is_known = known is not None and known.model_type == "embedding"
            found.insert(0, known if known is not None and is_known else fallback)
        return sorted(found, key=lambda row: row.name != self.model)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._connection.aclose()

    async def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = await self._answer({"model": self.model, "input": list(texts)})
        vectors = self._vectors(found, len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(vectors)) or not np.all(lengths > 0):
            raise self._connection.unreadable()
        units: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return units

    async def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """A model that cannot make its vectors shorter gives them as long as they are.

        It is known to be one once it takes without a length what it refused with one: texts are
        refused for other reasons too. From then on it has the space of whole vectors.
        """
        if self.dimensions is None:
            return await self._connection.ask("POST", "/embeddings", json=body)
        cut = body | {"dimensions": self.dimensions}
        try:
            return await self._connection.ask("POST", "/embeddings", json=cut)
        except InputError:
            whole = await self._connection.ask("POST", "/embeddings", json=body)
            self.dimensions = None
            return whole

    def _vectors(self, found: dict[str, Any], count: int) -> NDArray[np.float64]:
        """In the order of the texts, float64, shape (count, dimensions)."""
        try:
            rows = sorted(found["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise self._connection.unreadable() from error
        if vectors.ndim != 2 or len(vectors) != count:
            raise self._connection.unreadable()
        return vectors


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        sent = text[:_LONGEST_TEXT] or " "  # an empty one is refused
        if batch and (len(batch) == _MOST_TEXTS or size + len(sent) > _MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(sent)
        size += len(sent)
    if batch:
        yield batch
