"""Deletes recordings that are to be kept no longer: at the start, every hour, and after turns."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from desktop_app.engine.ports import Journal, Time
from desktop_app.errors import AppError, StorageError
from desktop_app.journal.retention import OFF, UNTIL_SENT, kept_for_s
from desktop_app.link.messages import LinkEvent
from desktop_app.link.recordings import RecordingsRemoved

EVERY_S = 3600.0
_TOLD_AT_ONCE = 1000

logger = logging.getLogger(__name__)


class Retention:
    """Enforces the setting ``privacy.keep_recordings``. Event loop only.

    Args:
        journal: Where the recordings are.
        keep: The setting, as it is now.
        publish: Told which recordings are gone.
        time: The clock that their age is measured with.
        forget_at_service: Has the service on this computer delete what is so many seconds old.
    """

    def __init__(
        self,
        journal: Journal,
        keep: Callable[[], str],
        publish: Callable[[LinkEvent], None],
        time: Time,
        forget_at_service: Callable[[float], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._keep = keep
        self._publish = publish
        self._time = time
        self._forget_at_service = forget_at_service

    @property
    def follows_turns(self) -> bool:
        """Whether nothing is kept once its turn is over: then it is enforced after each."""
        return self._keep() in (UNTIL_SENT, OFF)

    async def run(self) -> None:
        """Enforce it now and every hour, until cancelled."""
        while True:
            await self.enforce()
            await self._time.sleep(EVERY_S)

    async def enforce(self) -> None:
        """Enforce it once, here and at the service. What refuses is tried again an hour later."""
        await self._enforce_here()
        kept_s = kept_for_s(self._keep())
        if kept_s is None:
            return
        try:
            await self._forget_at_service(kept_s)
        except AppError as error:
            logger.warning("the service deletes no recordings now: %s", error)

    async def _enforce_here(self) -> None:
        try:
            gone = await self._journal.remove_expired(self._keep(), self._time.wall())
        except StorageError as error:
            logger.warning("recordings cannot be deleted now: %s", error)
            return
        for at in range(0, len(gone), _TOLD_AT_ONCE):
            self._publish(RecordingsRemoved(tuple(gone[at : at + _TOLD_AT_ONCE])))
