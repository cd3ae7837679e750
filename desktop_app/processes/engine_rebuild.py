"""Brings journal and service together again after one of them lost something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import DeletedThreads
from desktop_app.client.discarded_sound import DiscardsAtService
from desktop_app.client.rebuilding import Rebuilding
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.engine.journal_rebuilder import JournalRebuilder
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent, Notice


async def rebuild(
    journal: JournalWriter,
    folder: Path,
    threads: RemoteThreads,
    open_api: Callable[[], Awaitable[BackboardApi]],
    publish: Callable[[LinkEvent], None],
) -> Notice | None:
    """After a journal was damaged, fill the new one with what the service still has.

    What was deleted here goes there first, lest it come back.

    Args:
        folder: The journal's.
        open_api: Waits until the service is there.

    Returns:
        What windows are told of it; None where there was nothing to do.

    Raises:
        StorageError: The journal cannot be read or written.
    """
    await DeletedThreads(journal, threads.profile, open_api).run()
    await DiscardsAtService(journal, threads.profile, open_api).run()
    rebuilding = Rebuilding(journal, folder, threads, open_api)
    return await JournalRebuilder(journal, rebuilding, publish).run()
