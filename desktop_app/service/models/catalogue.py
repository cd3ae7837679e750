"""The models that are really there right now, of all providers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.models import ModelInfo, VideoModel
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import Providers, ProviderSource
from desktop_app.service.providers.judge_ports import CAPABILITIES
from desktop_app.service.providers.ports import BUILT_IN

FRESH_S = 30.0
PATIENCE_S = 6.0
"""For all providers, which are asked at once; who takes longer is left out this time."""

_log = logging.getLogger(__name__)


class _Lists(Protocol):
    """A provider of any kind."""

    async def models(self) -> Sequence[ModelInfo]: ...


_Ask = Callable[[], Awaitable[Sequence[ModelInfo]]]


class Catalogue:
    """Asks the providers, and remembers what they said for a moment.

    Args:
        source: Where they come from.
        clock: Monotonic seconds.
    """

    def __init__(self, source: ProviderSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._asking = asyncio.Lock()
        self._said: dict[str, Sequence[ModelInfo]] = {}
        self._asked_of: frozenset[str] = frozenset()
        self._fresh_until_s = 0.0

    async def rows(self) -> list[ModelInfo]:
        """Each model once, those of the preferred provider of its kind first.

        Raises:
            AppError: The providers could not be opened.
        """
        providers = await self._source.get()
        await providers.look_again()
        async with self._asking:
            asks = _asks(providers)
            if self._clock() >= self._fresh_until_s or asks.keys() != self._asked_of:
                await self._ask(asks)
        said = (_judging(row) for name in asks for row in self._said.get(name, ()))
        return list({(row.provider, row.name, row.model_type): row for row in said}.values())

    async def _ask(self, asks: dict[str, _Ask]) -> None:
        """Who is late keeps the place of what was said before."""
        async with asyncio.TaskGroup() as tasks:
            answers = {
                name: tasks.create_task(_answer(name, ask), name=f"models of {name}")
                for name, ask in asks.items()
            }
        told = {name: answer.result() for name, answer in answers.items()}
        self._said |= {name: rows for name, rows in told.items() if rows is not None}
        self._asked_of = frozenset(asks)
        self._fresh_until_s = self._clock() + FRESH_S


def _asks(providers: Providers) -> dict[str, _Ask]:
    """Whom to ask, by kind and name; languages first."""
    kinds: dict[str, Mapping[str, _Lists]] = {
        "language": providers.languages,
        "picture": providers.picture_makers,
        "video": providers.video_makers,
        "embedding": providers.embedders,
        "hearing": providers.transcribers,
        "speaking": providers.speakers,
        "judging": providers.judges,
    }
    return {
        f"{kind} {name}": each.models
        for kind, group in kinds.items()
        for name, each in group.items()
    }


async def _answer(name: str, ask: _Ask) -> Sequence[ModelInfo] | None:
    """What one provider says; None where it says nothing in time."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            with provider_failures("providers.broken", "It could not say what it has."):
                return await ask()
    except (TimeoutError, AppError):
        _log.info("The models of %s are not known", name)
        return None


def video_model(row: ModelInfo) -> VideoModel:
    """The row as the lists of video models have it, with what its model can do."""
    return VideoModel(
        id=row.name,
        name=row.name,
        provider=row.provider,
        **(row.video_capabilities or {}),
    )


def _judging(row: ModelInfo) -> ModelInfo:
    """The row, saying that typed questions can be put to it: every connected model takes them."""
    if row.model_type != "llm" or row.provider == BUILT_IN:
        return row
    return msgspec.structs.replace(row, system_one_capabilities=dict(CAPABILITIES))


def providers_of(rows: Iterable[ModelInfo]) -> list[str]:
    """Names of providers, each once."""
    return list(dict.fromkeys(row.provider for row in rows))
