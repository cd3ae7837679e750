"""Deletes at the service the recordings that a person discarded here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import Notes
from desktop_app.client.errors import NotFoundError
from desktop_app.errors import AppError
from desktop_app.journal.discarded_sound import DISCARDED, DiscardedSound, discarded_of

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

    async def run(self) -> bool:
        """Delete what can be deleted now; the rest stays noted.

        To forget a key forgets those that begin with it, which is why the longer ones come first.

        Returns:
            Whether nothing is left to be deleted.

        Raises:
            StorageError: The notes cannot be read or written.
        """
        for key in sorted(await self._notes.settings(self._beginning), reverse=True):
            try:
                await self._delete(discarded_of(key))
            except AppError as error:
                logger.warning("discarded sound is still at the service: %s", error)
                return False
            await self._notes.forget_settings(key)
        return True

    async def _delete(self, sound: DiscardedSound) -> None:
        api = await self._open_api()
        try:
            await api.recordings.discard(sound.reply_id, sound.role)
        except NotFoundError:
            logger.info("this service has no recordings that could be deleted alone")
