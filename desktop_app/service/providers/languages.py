"""Which language providers there are right now: servers on this computer come and go."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from desktop_app.service.providers.local_servers import LocalServer
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.ports import Language

LOOK_AGAIN_S = 15.0
_MOST_GONE = 4

_log = logging.getLogger(__name__)

FindServers = Callable[[], Awaitable[Sequence[LocalServer]]]


class Languages:
    """Connected servers, those found on this computer, and the built-in responder, in order.

    Args:
        builtin: Answers where nothing else does.
        connected: The servers that a person set, the preferred one first; they stay, whatever
            they do.
        find: Looks for servers on this computer; None where that is not wanted.
        now: Monotonic seconds.
    """

    def __init__(
        self,
        builtin: Language,
        *,
        connected: Sequence[Language] = (),
        find: FindServers | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._builtin = builtin
        self._connected = {each.provider: each for each in connected}
        self._find = find
        self._now = now
        self._found: dict[str, OpenAiLanguage] = {}
        self._gone: list[OpenAiLanguage] = []  # an answer may still be coming from them
        self._next_look_s = 0.0
        self._looking = asyncio.Lock()

    @property
    def by_name(self) -> Mapping[str, Language]:
        """All of them, the preferred one first."""
        return self._connected | self._found | {self._builtin.provider: self._builtin}

    @property
    def default(self) -> Language:
        """Who answers when nobody is named."""
        return next(iter(self.by_name.values()))

    async def look_again(self) -> None:
        """Look for servers where only the responder is left, at most every 15 s.

        Costs a few milliseconds where nothing listens, and half a second at most.
        """
        async with self._looking:
            if self._find is None or self.default is not self._builtin:
                return
            if self._now() < self._next_look_s:
                return
            await self._look()

    async def look(self) -> None:
        """Look for servers now."""
        async with self._looking:
            await self._look()

    def lost(self, language: Language) -> None:
        """It did not answer: a server that was only found is gone until it is found again."""
        if self._found.get(language.provider) is not language:
            return
        _log.info("The language server %s is gone", language.provider)
        self._gone.append(self._found.pop(language.provider))
        self._next_look_s = 0.0

    async def aclose(self) -> None:
        """Close them all."""
        for each in (*self.by_name.values(), *self._gone):
            await each.aclose()
        self._gone.clear()

    async def _look(self) -> None:
        if self._find is None:
            return
        self._next_look_s = self._now() + LOOK_AGAIN_S
        while len(self._gone) > _MOST_GONE:
            await self._gone.pop(0).aclose()
        for server in await self._find():
            if server.provider not in self.by_name:
                self._found[server.provider] = OpenAiLanguage(
                    server.url, provider=server.provider, model=server.models[0]
                )
