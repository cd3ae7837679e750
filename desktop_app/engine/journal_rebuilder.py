"""Says what came of filling a new journal from the service, and tries again where it failed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from desktop_app.engine.ports import Journal
from desktop_app.errors import AppError
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.recovery import TO_REBUILD
from desktop_app.link.messages import LinkEvent, Notice, NoticeCleared, NoticeLevel, NoticeRaised
from desktop_app.link.thread_messages import ThreadSaved

logger = logging.getLogger(__name__)


class Rebuilding(Protocol):
    """Takes threads in, one after the other."""

    def run(self) -> AsyncIterator[ThreadRecord]:
        """Gives each as it stands in the journal then.

        Raises:
            AppError: It cannot go on.
        """


class JournalRebuilder:
    """Runs once, at the start. Event loop only.

    Args:
        journal: The new one.
        rebuilding: Fills it.
        publish: Takes the news.
    """

    def __init__(
        self, journal: Journal, rebuilding: Rebuilding, publish: Callable[[LinkEvent], None]
    ) -> None:
        self._journal = journal
        self._rebuilding = rebuilding
        self._publish = publish

    async def run(self) -> Notice | None:
        """Fill the journal with the words that the service still has, and say so.

        What fails is tried again with the next start.

        Returns:
            What windows that come later are told, None where there is nothing to tell.
        """
        name = await self._journal.setting(TO_REBUILD)
        if not name:
            return None
        number = 0
        code = "journal.rebuilt"
        try:
            async for thread in self._rebuilding.run():
                self._publish(ThreadSaved(thread))
                number += 1
        except AppError as error:
            logger.warning("the journal could not be rebuilt: %s", error)
            code = "journal.not_rebuilt"
        else:
            await self._journal.set_setting(TO_REBUILD, "")
        notice = Notice(NoticeLevel.WARNING, code, {"file": name, "number": str(number)})
        self._publish(NoticeCleared("journal.set_aside"))
        self._publish(NoticeRaised(notice))
        return notice
