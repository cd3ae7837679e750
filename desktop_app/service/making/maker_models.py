"""What makers make with: asked once in a while, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from desktop_app.protocol.backboard.models import ModelInfo

FRESH_S = 300.0
PATIENCE_S = 2.0


class Maker(Protocol):
    """What makers of pictures and of videos have in common."""

    provider: str

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration that can never be used; sends nothing.

        Raises:
            InputError: ``image.config`` or ``video.config``.
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it makes with, its default first; never raises, empty where it cannot say."""


@dataclass(frozen=True, slots=True)
class _Said:
    maker: Maker
    until_s: float
    names: tuple[str, ...]


class MakerModels:
    """Names of models by maker.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, _Said] = {}

    async def names(self, maker: Maker) -> tuple[str, ...]:
        """The default first; empty where the maker does not say, or not in time."""
        said = self._said.get(maker.provider)
        if said and said.maker is maker and self._clock() < said.until_s:
            return said.names
        try:
            async with asyncio.timeout(PATIENCE_S):
                names = tuple(model.name for model in await maker.models())
        except TimeoutError:
            return ()
        self._said[maker.provider] = _Said(maker, self._clock() + FRESH_S, names)
        return names
