"""Pictures of replies on a live socket, fetched beside whoever reads it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from desktop_app.client.reply_media import ReplyMedia, not_in_time
from desktop_app.client.session_news import LATE, SessionNews
from desktop_app.protocol.events import ImageReady, ReplyEnded, ServerEvent

END_WAITS_S = 5.0
"""For the pictures of a reply; those that come later are fetched from where the service keeps
them."""

_PICTURE, _REST = f"{LATE}picture ", f"{LATE}rest"


class LatePictures:
    """Tells events in their order, but pictures once they are there.

    Neither words nor sound wait for a picture; the end of its reply does for a while, and with it
    all that follows, as nothing of a reply is news after its end. Event loop only.
    """

    def __init__(self, news: SessionNews, media: ReplyMedia) -> None:
        self._news = news
        self._media = media
        self._count = 0
        self._coming: dict[str, ImageReady] = {}
        self._waiting: deque[ServerEvent] | None = None  # behind the end of a reply, with it

    async def tell(self, events: Iterable[ServerEvent]) -> None:
        """Tell these; returns without waiting for pictures."""
        for event in events:
            if self._waiting is not None:
                self._waiting.append(event)
            elif isinstance(event, ReplyEnded) and self._coming:
                self._waiting = deque((event,))
                self._news.run(self._tell_waiting(), name=_REST)
            else:
                await self._tell(event)

    async def _tell(self, event: ServerEvent) -> None:
        if isinstance(event, ImageReady):
            self._count += 1
            name = f"{_PICTURE}{self._count}"
            self._coming[name] = event
            self._news.run(self._show(name, event), name=name)
        else:
            await self._news.put(event)

    async def _show(self, name: str, named: ImageReady) -> None:
        shown = await self._media.picture(named)
        self._coming.pop(name, None)
        await self._news.put(*shown)

    async def _tell_waiting(self) -> None:
        while self._waiting:
            event = self._waiting.popleft()
            if isinstance(event, ReplyEnded):
                await self._settle()
            await self._tell(event)
        self._waiting = None

    async def _settle(self) -> None:
        """All pictures are told, as they are or as missing."""
        try:
            async with asyncio.timeout(END_WAITS_S):
                await self._news.outlast(_PICTURE)
        except TimeoutError:
            missing, self._coming = self._coming, {}
            for name, named in missing.items():
                self._news.cancel(name)
                await self._news.put(*not_in_time(named))
