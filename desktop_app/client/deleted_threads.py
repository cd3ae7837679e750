"""Deletes at the service the threads that a person deleted here for good."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.errors import AccessError, AppError
from desktop_app.journal.recovery import DELETED

_ASSISTANT = "assistant:"
"""How the keys begin that name Parley's own assistant at each service."""

logger = logging.getLogger(__name__)


class Notes(Protocol):
    """What is noted to be deleted: the journal."""

    async def settings(self, beginning: str) -> Mapping[str, str]: ...

    async def forget_settings(self, beginning: str) -> None: ...


class DeletedThreads:
    """Carries out what is noted for one profile. Event loop only.

    Args:
        profile: Name of the service.
        open_api: Waits until the service is there.
    """

    def __init__(
        self, notes: Notes, profile: str, open_api: Callable[[], Awaitable[BackboardApi]]
    ) -> None:
        self._notes = notes
        self._profile = profile
        self._open_api = open_api

    async def run(self) -> None:
        """Delete what can be deleted now; the rest stays noted for the next start.

        To forget a key forgets those that begin with it, which is why the longer ones come first.

        Raises:
            StorageError: The notes cannot be read or written.
        """
        for key, remote_id in sorted((await self._noted()).items(), reverse=True):
            try:
                is_gone = await self._delete(remote_id)
            except AppError as error:
                logger.warning("thread %s is not deleted yet: %s", remote_id, error)
                if error.retryable or isinstance(error, AccessError):
                    return  # the others would fare no better
                is_gone = False
            if is_gone:
                await self._notes.forget_settings(key)

    async def _noted(self) -> Mapping[str, str]:
        """Without those of services whose names go on with a colon, which have an assistant."""
        noted = await self._notes.settings(f"{DELETED}:{self._profile}:")
        begun = await self._notes.settings(f"{_ASSISTANT}{self._profile}:")
        others = tuple(f"{DELETED}:{one.removeprefix(_ASSISTANT)}:" for one in begun)
        return {key: remote_id for key, remote_id in noted.items() if not key.startswith(others)}

    async def _delete(self, remote_id: str) -> bool:
        """Whether it is there no more.

        Raises:
            AccessError: The key is refused, and not only what is asked for.
            AppError
        """
        api = await self._open_api()
        try:
            await api.threads.delete(remote_id)
        except NotFoundError:
            logger.info("thread %s was gone already", remote_id)
        except AccessError as error:
            await api.check_key()
            logger.warning("thread %s may not be deleted: %s", remote_id, error)
            return False
        return True
