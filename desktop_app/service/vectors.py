"""Vectors of texts, from embedders that may fail, be slow or answer nonsense."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import AppError, InputError
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.providers.vector_ports import Embedder, space_of

QUESTION_WITHIN_S = 5.0
"""For an embedder to give a question its vector: a turn waits for it."""

NO_MODEL = "http.404"
_LEFT_ALONE_S = 60.0

Vectors = NDArray[np.float32]

_log = logging.getLogger(__name__)


class QuestionVectors:
    """Vectors of what is asked, in time or not at all; event loop only.

    An embedder that was too slow is left alone for a minute: each turn would wait for it again.

    Attributes:
        faults: By space: why the model did not work when it was asked last.
    """

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self._slow_until: dict[str, float] = {}

    async def of(self, embedder: Embedder, text: str) -> Vectors | None:
        """The vector of a question: float32, shape (n,); None where there is none in time."""
        now = asyncio.get_running_loop().time()
        if now < self._slow_until.get(embedder.provider, now):
            return None
        try:
            async with asyncio.timeout(QUESTION_WITHIN_S):
                vectors = await unit_vectors(embedder, [text])
        except (AppError, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                self._slow_until[embedder.provider] = now + _LEFT_ALONE_S
            why = fault_of(error)
            said = "too slow" if isinstance(error, TimeoutError) else why
            _log.info("%s gave a question no vector: %s", embedder.provider, said)
            if not isinstance(error, InputError) or why == NO_MODEL:  # else it is this question
                self.faults[space_of(embedder)] = why
            return None
        self.faults.pop(space_of(embedder), None)
        query: Vectors = vectors[0]
        return query


def fault_of(error: AppError | TimeoutError) -> str:
    """Why an embedder gave nothing, as a code; a server says in its own way that it has no such."""
    if isinstance(error, TimeoutError):
        return "network.timeout"
    return NO_MODEL if error.facts.get("status") == "404" else error.code


async def unit_vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Unit vectors, float32, shape (len(texts), n).

    Raises:
        AppError
    """
    with provider_failures("embedding.failed", "The embedding provider failed."):
        vectors = np.asarray(await embedder.embed(texts), np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ValueError(f"{vectors.shape} for {len(texts)} texts")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        units: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
        return units
