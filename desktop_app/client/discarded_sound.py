"""Deletes at the service the recordings that a person discarded here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import Notes
from desktop_app.errors import AccessError, AppError
from desktop_app.journal.discarded_sound import DISCARDED, DiscardedSound, discarded_of

STILL_THERE, STAYS_THERE = "recording.still_at_service", "recording.stays_at_service"

logger = logging.getLogger(__name__)


class DiscardsAtService:
    """Carries out what is noted for one profile. Event loop only.

    Args:
        profile: Name of the service.
        open_api: Waits until the service is there.
    """

    def __init__(
        self, notes: Notes, profile: str, open_api: Callable[[], Awaitable[BackboardApi]]
    ) -> None:
        self._notes = notes
        self._beginning = f"{DISCARDED}:{profile}:"
        self._open_api = open_api

    async def run(self) -> str:
        """Delete what can be deleted now; what must wait for the service stays noted.

        To forget a key forgets those that begin with it, which is why the longer ones come first.

        Returns:
            Why the service has something left, as the code of a notice; empty: it has nothing.

        Raises:
            StorageError: The notes cannot be read or written.
        """
        left = ""
        for key in sorted(await self._notes.settings(self._beginning), reverse=True):
            try:
                await self._delete(discarded_of(key))
            except AppError as error:
                logger.info("discarded sound is still at the service: %s", error)
                if error.retryable or isinstance(error, AccessError):
                    return STILL_THERE
                left = STAYS_THERE
            await self._notes.forget_settings(key)
        return left

    async def _delete(self, sound: DiscardedSound) -> None:
        api = await self._open_api()
        await api.recordings.discard(sound.reply_id, sound.role)
