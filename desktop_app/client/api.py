"""The Backboard API, one part for each kind of thing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.http_connection import HttpConnection, Sleep
from desktop_app.client.media import MediaFetcher
from desktop_app.client.resources.assistants import Assistants
from desktop_app.client.resources.documents import Documents
from desktop_app.client.resources.memories import Memories
from desktop_app.client.resources.messages import Messages
from desktop_app.client.resources.models import Models
from desktop_app.client.resources.recordings import Recordings
from desktop_app.client.resources.threads import Threads
from desktop_app.errors import AppError, NetworkError
from desktop_app.loopback import is_loopback
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 2.0


class BackboardApi:
    """An async context manager; event loop only.

    Every call raises NetworkError (``retryable`` says whether another try can help), its
    subclasses AccessError, NotFoundError, BusyError and RateLimitError, or ProtocolError; calls
    that send files also InputError.

    Args:
        address: Where it is.
        sleep: Waits between tries.
        videos: Where fetched videos wait until they are kept, see ``MediaFetcher``.

    Raises:
        NetworkError: ``gateway.alone``: the service has no API.

    Attributes:
        assistants, threads, messages, documents, memories, models, recordings: The calls.
        media: Fetches what links in answers point to.
    """

    def __init__(
        self, address: ApiAddress, *, sleep: Sleep = asyncio.sleep, videos: Path | None = None
    ) -> None:
        if not address.base_url:
            raise NetworkError("gateway.alone", "This service is a voice gateway without an API.")
        self._connection = HttpConnection(address, sleep=sleep)
        self.assistants = Assistants(self._connection)
        self.threads = Threads(self._connection)
        self.messages = Messages(self._connection)
        self.documents = Documents(self._connection)
        self.memories = Memories(self._connection)
        self.models = Models(self._connection)
        self.recordings = Recordings(self._connection)
        self._stops = Background(_report)
        is_local = is_loopback(address.base_url)
        self.media = MediaFetcher(is_local=is_local, sleep=sleep, videos=videos)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def stop_run(self, thread_id: str, run_id: str) -> None:
        """Have a run stopped, without waiting for it; closing waits for it a little."""
        self.run_behind(self.messages.cancel(thread_id, run_id), name=f"stop {run_id}")

    def run_behind(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Have something done that nobody waits for; closing waits for it a little."""
        self._stops.run(work, name=name)

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        await self._stops.settle(STOP_WITHIN_S)
        await self._stops.aclose()
        await self._connection.aclose()
        await self.media.aclose()

    async def reach(self) -> None:
        """Return when the server has answered anything at all, a refusal, too. Tried once."""
        await self._connection.reach()

    async def check_key(self) -> None:
        """Return when the key is good.

        Raises:
            AccessError: It is not.
        """
        await self._connection.get("/assistants", list[Assistant], limit=1)


def _report(name: str, error: BaseException) -> None:
    if isinstance(error, AppError):
        logger.info("%s failed: %s", name, error)
    else:
        logger.error("%s failed.", name, exc_info=error)
