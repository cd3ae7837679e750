"""A language model that takes facts out of turns, and one that embeds, both by script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.ports import (
    Finished,
    LanguageEvent,
    LanguageRequest,
    TextDelta,
)


@dataclass
class FactLanguage:
    """Answers one request after the other with ``answers``: an object, a text, or a failure.

    Attributes:
        requests: What it was asked.
    """

    answers: list[Any] = field(default_factory=list)
    provider: str = "scripted"
    model: str = "notary"
    requests: list[LanguageRequest] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def task(self, number: int) -> Any:
        """The JSON that it was given with the request of this number."""
        return msgspec.json.decode(self.requests[number].history[-1].content)

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        self.requests.append(request)
        self.was_asked.set()
        await self.may_answer.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else msgspec.json.encode(answer).decode()
        for start in range(0, len(text), 7):
            yield TextDelta(text[start : start + 7])
        yield Finished()

    async def models(self) -> Sequence[ModelInfo]:
        return []

    async def aclose(self) -> None:
        self.may_answer.set()


@dataclass
class TopicEmbedder:
    """Embeds texts by the topics whose words they hold, one dimension for each topic.

    Attributes:
        asked: The texts of each call.
    """

    topics: tuple[frozenset[str], ...]
    provider: str = "scripted"
    model: str = "topics"
    dimensions: int | None = None
    least_nearness: float | None = None
    failure: Exception | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(tuple(texts))
        if self.failure is not None:
            raise self.failure
        vectors = np.zeros((len(texts), len(self.topics)), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            words = set(re.findall(r"\w+", text.lower()))
            row[:] = [float(len(words & topic)) for topic in self.topics]
            row /= max(1e-6, float(np.linalg.norm(row)))
        return vectors

    def using(self, model: str, dimensions: int | None) -> TopicEmbedder:
        return replace(self, model=model or self.model, dimensions=dimensions)

    async def models(self) -> Sequence[ModelInfo]:
        return []

    async def aclose(self) -> None:
        pass


REFUSED = AppError("access.refused", "The key was refused.")
