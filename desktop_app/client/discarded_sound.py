"""Deletes at the service the recordings that a person discarded here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import Notes
from desktop_app.errors import AccessError, AppError
from desktop_app.journal.discarded_sound import DiscardedSound, beginning_of, discarded_of

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
        self._profile = profile
        self._open_api = open_api
        self._running = asyncio.Lock()

    async def run(self) -> str:
        """Delete what can be deleted now; what must wait for the service stays noted.

        Who asks meanwhile waits, and finds what is left then.

        To forget a key forgets those that begin with it, which is why the longer ones come first.

        Returns:
            Why the service has something left, as the code of a notice; empty: it has nothing.

        Raises:
            StorageError: The notes cannot be read or written.
        """
        async with self._running:
            return await self._run()

    async def _run(self) -> str:
        left = ""
        noted = await self._notes.settings(beginning_of(self._profile))
        for key, reply_id in sorted(noted.items(), reverse=True):
            sound = discarded_of(self._profile, key, reply_id)
            if sound is None:
                continue  # of another service
            try:
                is_gone = await self._delete(sound)
            except AppError as error:
                logger.info("discarded sound is still at the service: %s", error)
                if error.retryable or isinstance(error, AccessError):
                    return STILL_THERE  # the others would fare no better
                is_gone = False
            if not is_gone:
                left = STAYS_THERE
            await self._notes.forget_settings(key)
        return left

    async def _delete(self, sound: DiscardedSound) -> bool:
        """Whether it could be asked for.

        Raises:
            AccessError: The key is refused, and not only what is asked for.
            AppError
        """
        if not sound.reply_id:
            return False  # the service told no name by which to ask
        api = await self._open_api()
        try:
            await api.recordings.discard(sound.reply_id, sound.role)
        except AccessError:
            await api.check_key()
            return False
        return True
