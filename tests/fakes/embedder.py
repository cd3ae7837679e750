"""An embedder that knows a few meanings: words of one meaning have one dimension."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from desktop_app.protocol.backboard.models import ModelInfo

MEANINGS = (
    frozenset(("vacation", "holiday", "holidays", "leave", "off", "urlaub")),
    frozenset(("salary", "pay", "paid", "wage", "money")),
    frozenset(("office", "building", "door", "doors", "house")),
    frozenset(("computer", "laptop", "machine", "notebook")),
    frozenset(("food", "lunch", "eat", "canteen", "meal")),
)


@dataclass
class MeaningEmbedder:
    """Deterministic vectors.

    Attributes:
        asked: How many texts each call brought.
        failure: Raised in place of an answer.
        shape: Of the answer, in place of the right one.
        may_answer: Cleared, it answers nobody.
    """

    provider: str = "scripted"
    model: str = "meaning"
    dimensions: int | None = None
    least_nearness: float | None = None
    failure: Exception | None = None
    shape: tuple[int, ...] | None = None
    asked: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(len(texts))
        self.texts += texts
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        if self.shape is not None:
            return np.zeros(self.shape, np.float32)
        return np.stack([_vector(text) for text in texts])

    def using(self, model: str, dimensions: int | None) -> MeaningEmbedder:
        return replace(self, model=model or self.model, dimensions=dimensions)

    async def models(self) -> Sequence[ModelInfo]:
        return [ModelInfo(name=self.model, provider=self.provider)]

    async def aclose(self) -> None:
        pass


def _vector(text: str) -> NDArray[np.float32]:
    words = "".join(one if one.isalnum() else " " for one in text.lower()).split()
    counts = [sum(word in meaning for word in words) for meaning in MEANINGS]
    vector = np.array([*counts, 0.1], np.float32)
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit
