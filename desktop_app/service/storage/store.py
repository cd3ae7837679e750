"""Everything the service keeps, opened together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.service.media.media_store import MediaStore
from desktop_app.service.memories.memory_store import MemoryStore
from desktop_app.service.memories.operations import Operations
from desktop_app.service.memories.recall import MemoryRecall
from desktop_app.service.storage.assistant_store import AssistantStore
from desktop_app.service.storage.conversation_store import ConversationStore
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore
from desktop_app.service.storage.folder_claim import FolderClaim

FILE_NAME = "service.sqlite3"
FILES_FOLDER = "service-files"


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of one database, and the files beside it.

    Attributes:
        is_first: Whether no other process worked in the folder when this was opened.
    """

    database: Database
    files: FileStore
    media: MediaStore
    assistants: AssistantStore
    conversations: ConversationStore
    memories: MemoryStore
    operations: Operations
    recall: MemoryRecall
    is_first: bool


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[Store]:
    """The store in ``folder``, which is made where missing.

    Raises:
        StorageError: ``storage.failed`` or ``storage.newer``.
    """
    database = Database(folder / FILE_NAME)
    claim = FolderClaim(folder)
    try:
        files = FileStore(folder / FILES_FOLDER)
        store = Store(
            database,
            files,
            MediaStore(database, files),
            AssistantStore(database, files),
            ConversationStore(database, files),
            MemoryStore(database),
            Operations(database),
            MemoryRecall(database),
            claim.is_alone,
        )
        if store.is_first:  # or it would be what another process is at work on
            await _clean_up(store, keeps_files=_has_damaged(folder))
        await asyncio.to_thread(claim.share)
        yield store
    finally:
        await database.aclose()
        claim.release()


async def _clean_up(store: Store, *, keeps_files: bool) -> None:
    """What a process left that was killed.

    Args:
        keeps_files: Those that no row names belong to a database that was set aside.
    """
    await store.files.remove_half_received()
    await store.conversations.fail_unfinished()
    await store.operations.fail_unfinished()
    if not keeps_files:
        await store.media.remove_unused_files()


def _has_damaged(folder: Path) -> bool:
    return any(folder.glob(f"{FILE_NAME}.broken*"))
