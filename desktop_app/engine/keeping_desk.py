"""Takes archives in and clears what is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from desktop_app.errors import AppError, InputError
from desktop_app.export.importing import TakesIn, import_archive
from desktop_app.export.storage import ids_of_all
from desktop_app.export.watch import Watch
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.retention import OFF
from desktop_app.link.keeping import CancelImport, ClearKept, ImportAdvanced, ImportArchive, Kept
from desktop_app.link.messages import Intent, LinkEvent, Notice, NoticeLevel, NoticeRaised
from desktop_app.link.recordings import RecordingsRemoved
from desktop_app.link.thread_messages import DeletePicture, DeleteThread, ThreadSaved
from desktop_app.tasks import Background

_TOLD_AT_ONCE = 1000
_CLEARED = {
    Kept.RECORDINGS: "kept.recordings_cleared",
    Kept.PICTURES: "kept.pictures_cleared",
    Kept.CONVERSATIONS: "kept.conversations_cleared",
    Kept.SERVICE: "kept.service_cleared",
}

KeepingIntent = ImportArchive | CancelImport | ClearKept

logger = logging.getLogger(__name__)


class Keeps(TakesIn, Protocol):
    """What is wanted of the journal."""

    async def thread(self, thread_id: str) -> ThreadRecord | None: ...

    async def remove_expired(self, keep: str, now_s: float) -> Sequence[str]: ...


class KeepingDesk:
    """Carries out what a person wants of all that is kept. Event loop only.

    Args:
        journal: Of ``folder``.
        folder: The journal's.
        ask: Takes what follows from a wish, as if the person had asked for it.
        publish: Takes news for the window.
        wall: Unix seconds.
        clear_service: Has the embedded service forget everything.
        forget_at_service: Has the service on this computer delete recordings of so many seconds.
    """

    def __init__(
        self,
        journal: Keeps,
        folder: Path,
        *,
        ask: Callable[[Intent], None],
        publish: Callable[[LinkEvent], None],
        wall: Callable[[], float],
        clear_service: Callable[[], Awaitable[None]],
        forget_at_service: Callable[[float], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._ask = ask
        self._publish = publish
        self._wall = wall
        self._clear_service = clear_service
        self._forget_at_service = forget_at_service
        self._background = Background(self._report)
        self._watch = Watch()

    def take(self, intent: KeepingIntent) -> None:
        """Carry one intent out, or start to."""
        match intent:
            case ImportArchive():
                if self._background.is_running("import"):
                    self._tell(NoticeLevel.WARNING, "archive.busy", {})
                else:
                    self._background.run(self._import(intent.path), name="import")
            case CancelImport():
                self._watch.cancel()
            case ClearKept():
                self._background.run(self._clear(intent.kind), name=f"clear {intent.kind}")

    async def aclose(self) -> None:
        """End what goes on; of an import nothing stays. Idempotent."""
        await self._background.aclose()

    async def _import(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        told = (0, 1)

        def tell(done: int, total: int) -> None:  # the worker's thread
            nonlocal told
            told = (done, total)
            loop.call_soon_threadsafe(self._publish, ImportAdvanced(path, done, total))

        self._watch = Watch(tell)
        try:
            taken = await import_archive(self._journal, self._folder, Path(path), self._watch)
            for thread_id in taken.thread_ids:
                thread = await self._journal.thread(thread_id)
                if thread is not None:
                    self._publish(ThreadSaved(thread))
            facts = {"threads": str(taken.threads), "messages": str(taken.messages)}
            self._tell(NoticeLevel.INFO, "archive.imported", facts)
        except AppError as error:
            self._tell(NoticeLevel.WARNING, error.code, dict(error.facts))
        finally:
            self._publish(ImportAdvanced(path, *told, is_over=True))

    async def _clear(self, kind: Kept) -> None:
        match kind:
            case Kept.RECORDINGS:
                gone = await self._journal.remove_expired(OFF, self._wall())
                for at in range(0, len(gone), _TOLD_AT_ONCE):
                    self._publish(RecordingsRemoved(tuple(gone[at : at + _TOLD_AT_ONCE])))
                await self._clear_at_service()
            case Kept.PICTURES:
                for picture_id in await asyncio.to_thread(ids_of_all, self._folder, "picture"):
                    self._ask(DeletePicture(picture_id))
            case Kept.CONVERSATIONS:
                for thread_id in await asyncio.to_thread(ids_of_all, self._folder, "thread"):
                    self._ask(DeleteThread(thread_id))
            case Kept.SERVICE:
                await self._clear_service()
        self._tell(NoticeLevel.INFO, _CLEARED[kind], {})

    async def _clear_at_service(self) -> None:
        try:
            await self._forget_at_service(0.0)
        except AppError as error:
            raise InputError("kept.recordings_at_service") from error

    def _report(self, name: str, error: BaseException) -> None:
        if isinstance(error, AppError):
            self._tell(NoticeLevel.WARNING, error.code, dict(error.facts))
            return
        logger.error("%s failed", name, exc_info=error)
        self._tell(NoticeLevel.ERROR, "something.failed", {})

    def _tell(self, level: NoticeLevel, code: str, facts: dict[str, str]) -> None:
        self._publish(NoticeRaised(Notice(level, code, facts)))
