"""The voices that are really there right now, of all providers that speak."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.voices import VoiceInfo
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.recording_ports import Speaker

FRESH_S = 300.0
PATIENCE_S = 6.0

_log = logging.getLogger(__name__)


class VoiceList:
    """Asks who speaks, and remembers what they said for a while.

    Args:
        source: Where they come from.
        clock: Monotonic seconds.
    """

    def __init__(self, source: ProviderSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._asking = asyncio.Lock()
        self._said: dict[str, Sequence[VoiceInfo]] = {}
        self._fresh_until_s: dict[str, float] = {}

    async def rows(self) -> list[VoiceInfo]:
        """Those of the preferred provider first. Who does not answer keeps what it said before.

        Raises:
            AppError: The providers could not be opened.
        """
        providers = await self._source.get()
        async with self._asking:
            due = {
                name: speaker
                for name, speaker in providers.speakers.items()
                if self._clock() >= self._fresh_until_s.get(name, 0.0)
            }
            async with asyncio.TaskGroup() as tasks:
                for name, speaker in due.items():
                    tasks.create_task(self._ask(name, speaker), name=f"voices of {name}")
        return [voice for name in providers.speakers for voice in self._said.get(name, ())]

    async def _ask(self, name: str, speaker: Speaker) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                with provider_failures("providers.broken", "It could not say how it speaks."):
                    self._said[name] = await speaker.voices()
        except (TimeoutError, AppError):
            _log.info("The voices of %s are not known", name)
            return
        self._fresh_until_s[name] = self._clock() + FRESH_S
