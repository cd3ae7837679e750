"""The interface of providers that turn text into vectors, so that meaning can be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.models import ModelInfo


@dataclass(frozen=True, slots=True)
class EmbeddingWish:
    """Whose vectors an assistant wants; empty and None where it does not say."""

    provider: str = ""
    model: str = ""
    dimensions: int | None = None


class Embedder(Protocol):
    """Embeds texts.

    Attributes:
        dimensions: How long the vectors shall be; None for as long as the model makes them, and
            from the moment at which it turns out to make no others.
        least_nearness: Cosine from which a passage says nearly what is asked; None where that was
            never measured, as models differ: unrelated texts have 0.1 in one and 0.7 in another.
    """

    provider: str
    model: str
    dimensions: int | None
    least_nearness: float | None

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector for each text: float32, shape (len(texts), dimensions).

        Raises:
            NetworkError, AccessError, ProtocolError: Of a remote provider.
        """

    def using(self, model: str, dimensions: int | None) -> Embedder:
        """The same provider with another model or length; itself where it has no choice.

        Args:
            model: Empty for the provider's own choice.
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it embeds with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...


def wish_of(assistant: Assistant | None) -> EmbeddingWish:
    """What an assistant was made with."""
    if assistant is None:
        return EmbeddingWish()
    provider, model = assistant.embedding_provider or "", assistant.embedding_model_name or ""
    return EmbeddingWish(provider, model, assistant.embedding_dims)


def chosen(embedders: Mapping[str, Embedder], wish: EmbeddingWish) -> Embedder | None:
    """Who embeds as wished; the preferred provider where the wished one is not connected."""
    wished = embedders.get(wish.provider)
    if wished is not None:
        return wished.using(wish.model, wish.dimensions)
    return next(iter(embedders.values()), None)


def space_of(embedder: Embedder) -> str:
    """Only vectors of one space can be compared: of one model and one length.

    Vectors have the space that their embedder names after it has given them.
    """
    length = f"@{embedder.dimensions}" if embedder.dimensions else ""
    return f"{embedder.provider}/{embedder.model}{length}"
