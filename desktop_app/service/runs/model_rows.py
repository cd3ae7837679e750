"""What is known of the model that answers: asked once in a while, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop_app.protocol.backboard.models import ModelInfo

FRESH_S = 300.0
"""A server may load another model meanwhile."""

PATIENCE_S = 2.0


class Lists(Protocol):
    """A provider that says which models it has."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...

    async def models(self) -> Sequence[ModelInfo]: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    language: Lists
    at_s: float
    rows: Sequence[ModelInfo]


class ModelRows:
    """Rows of the catalogue by language provider.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: dict[str, _Asked] = {}

    async def find(self, language: Lists, model: str) -> ModelInfo | None:
        """The model's row, the default one's where ``model`` is empty; None where unknown."""
        rows = await self._rows(language)
        wanted = (model or language.model).lower()
        if not wanted:
            return rows[0] if rows else None
        return next((row for row in rows if row.name.lower() == wanted), None)

    async def _rows(self, language: Lists) -> Sequence[ModelInfo]:
        asked = self._asked.get(language.provider)
        if asked and asked.language is not language:
            asked = None  # another server of the same name took its place
        if asked and asked.rows and self._clock() - asked.at_s < FRESH_S:
            return asked.rows
        try:
            async with asyncio.timeout(PATIENCE_S):
                rows = await language.models()
        except TimeoutError:
            return asked.rows if asked else ()
        self._asked[language.provider] = _Asked(language, self._clock(), rows)
        return rows
