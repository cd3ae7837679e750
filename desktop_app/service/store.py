"""Everything the service keeps, opened together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.service.assistant_store import AssistantStore
from desktop_app.service.conversation_store import ConversationStore
from desktop_app.service.database import Database
from desktop_app.service.file_store import FileStore
from desktop_app.service.media_store import MediaStore
from desktop_app.service.memories.memory_store import MemoryStore
from desktop_app.service.memories.operations import Operations
from desktop_app.service.memories.recall import MemoryRecall

FILE_NAME = "service.sqlite3"
FILES_FOLDER = "service-files"


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of one database, and the files beside it."""

    database: Database
    files: FileStore
    media: MediaStore
    assistants: AssistantStore
    conversations: ConversationStore
    memories: MemoryStore
    operations: Operations
    recall: MemoryRecall


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[Store]:
    """The store in ``folder``, which is made where missing.

    Raises:
        StorageError: ``storage.failed`` or ``storage.newer``.
    """
    database = Database(folder / FILE_NAME)
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
        )
        await store.conversations.fail_unfinished()
        await store.operations.fail_unfinished()
        await store.media.remove_unused_files()
        yield store
    finally:
        await database.aclose()
