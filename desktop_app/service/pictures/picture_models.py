"""What makers of pictures draw with: asked once in a while, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.service.providers.picture_ports import PictureMaker

FRESH_S = 300.0
PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Said:
    maker: PictureMaker
    until_s: float
    names: tuple[str, ...]


class PictureModels:
    """Names of models by maker.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, _Said] = {}

    async def names(self, maker: PictureMaker) -> tuple[str, ...]:
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
