"""Meaning on this computer, where a person has had the small model for it installed."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import StorageError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.builtin.sentence_model import MOST_TOKENS, SentenceModel

MODEL = "all-minilm-l6-v2"
_DIMENSIONS = 384
_LEAST_NEARNESS = 0.45
"""Of the passages quoted for it 24 in 25 were the right ones in ``dev.py bench retrieval``; where
no passage has the answer, one question in 13 is given one."""


class BuiltinEmbedder:
    """An ``Embedder`` without a network; the model is loaded with the first text.

    Args:
        folder: Of the model's files.
    """

    provider = "builtin"

    def __init__(self, folder: Path) -> None:
        self.model = MODEL
        self.dimensions: int | None = None
        self.least_nearness: float | None = _LEAST_NEARNESS
        self._folder = folder
        self._loaded: SentenceModel | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="embed")

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector for each text: float32, shape (len(texts), 384).

        Each is a piece of work of its own, so that a question waits for one passage, not for many.

        Raises:
            StorageError: ``embedding.failed``: the files cannot be used.
        """
        try:
            vectors = [await wrap_future(self._worker.submit(self._vector, one)) for one in texts]
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(
                "embedding.failed", "The model of meaning cannot be read."
            ) from error
        return np.stack(vectors) if vectors else np.zeros((0, _DIMENSIONS), np.float32)

    def using(self, model: str, dimensions: int | None) -> BuiltinEmbedder:
        """Itself: there is one model, whose vectors are as long as they are."""
        return self

    async def models(self) -> Sequence[ModelInfo]:
        """The one."""
        return [
            ModelInfo(
                name=MODEL,
                provider=self.provider,
                model_type="embedding",
                context_limit=MOST_TOKENS,
                embedding_dimensions=_DIMENSIONS,
                input_cost_per_1m_tokens=0.0,
                description="English meaning, computed on this computer.",
            )
        ]

    async def aclose(self) -> None:
        """Leave what waits undone."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _vector(self, text: str) -> NDArray[np.float32]:
        if self._loaded is None:
            self._loaded = SentenceModel(self._folder)
        return self._loaded.vector(text)
