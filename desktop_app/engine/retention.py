"""Deletes recordings that are to be kept no longer: at the start, every hour, and after turns."""

from __future__ import annotations

import logging
from collections.abc import Callable

from desktop_app.engine.ports import Journal, Time
from desktop_app.errors import StorageError
from desktop_app.journal.retention import OFF, UNTIL_SENT
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
    """

    def __init__(
        self,
        journal: Journal,
        keep: Callable[[], str],
        publish: Callable[[LinkEvent], None],
        time: Time,
    ) -> None:
        self._journal = journal
        self._keep = keep
        self._publish = publish
        self._time = time

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
        """Enforce it once. A disk that refuses is tried again an hour later."""
        try:
            gone = await self._journal.remove_expired(self._keep(), self._time.wall())
        except StorageError as error:
            logger.warning("recordings cannot be deleted now: %s", error)
            return
        for at in range(0, len(gone), _TOLD_AT_ONCE):
            self._publish(RecordingsRemoved(tuple(gone[at : at + _TOLD_AT_ONCE])))
