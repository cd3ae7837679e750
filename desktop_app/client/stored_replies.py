"""Asks the service for replies that did not come whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.media import SOUND, FetchedMedia
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.reply_media import Decode
from desktop_app.protocol.stored_replies import StoredReply, WantedReply, reply_in


class StoredReplies:
    """Satisfies ``engine.stored_ports.StoredReplies``. Event loop only.

    Args:
        open_api: The API of wherever the service is now.
        threads: Which thread of the service stands behind ours.
        decode: Encoded speech to what is played.
    """

    def __init__(
        self,
        open_api: Callable[[], Awaitable[BackboardApi]],
        threads: RemoteThreads,
        decode: Decode,
    ) -> None:
        self._open_api = open_api
        self._threads = threads
        self._decode = decode

    async def find(self, wanted: WantedReply) -> StoredReply | None:
        """The reply as it stands there; None where the service does not know its question.

        Raises:
            NetworkError, AccessError, ProtocolError
        """
        remote_id = await self._threads.known_id(wanted.thread_id)
        if not remote_id:
            return None
        api = await self._open_api()
        try:
            thread = await api.threads.get(remote_id)
        except NotFoundError:
            return None
        return reply_in(thread.messages, wanted)

    async def picture(self, url: str, told: str = "") -> FetchedMedia:
        """What is behind the link; ``told`` is the MIME type that was told beside it.

        Raises:
            NetworkError, ProtocolError: As of ``MediaFetcher``.
        """
        api = await self._open_api()
        return await api.media.fetch(url, told)

    async def speech(self, url: str) -> bytes:
        """What was spoken of it: s16le mono 24 kHz.

        Raises:
            NetworkError, ProtocolError
        """
        api = await self._open_api()
        found = await api.media.fetch(url, SOUND)
        return await asyncio.to_thread(self._decode, found.data, found.mime_type)
