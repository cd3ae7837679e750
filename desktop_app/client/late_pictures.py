"""Pictures of replies on a live socket, fetched beside whoever reads it."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.session_news import SessionNews
from desktop_app.protocol.events import ImageReady, ReplyEnded, ServerEvent

_PICTURE = "picture "


class LatePictures:
    """Tells events in their order, but pictures once they are there.

    Neither words nor sound wait for a picture; the end of its reply does, as nothing is news
    after that. Event loop only.
    """

    def __init__(self, news: SessionNews, media: ReplyMedia) -> None:
        self._news = news
        self._media = media
        self._count = 0

    async def tell(self, events: Sequence[ServerEvent]) -> None:
        """Tell these; returns without waiting for pictures."""
        for at, event in enumerate(events):
            if isinstance(event, ImageReady):
                self._count += 1
                self._news.run(self._show(event), name=f"{_PICTURE}{self._count}")
            elif isinstance(event, ReplyEnded) and self._news.is_running(_PICTURE):
                self._news.run(self._end(events[at:]), name=f"end of turn {event.turn}")
                return
            else:
                await self._news.put(event)

    async def _show(self, named: ImageReady) -> None:
        await self._news.put(*await self._media.picture(named))

    async def _end(self, events: Sequence[ServerEvent]) -> None:
        await self._news.outlast(_PICTURE)
        await self._news.put(*events)
