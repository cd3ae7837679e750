"""Everything the service keeps, opened together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.service.assistant_store import AssistantStore
from desktop_app.service.conversation_store import ConversationStore
from desktop_app.service.database import Database
from desktop_app.service.recall import MemoryRecall

FILE_NAME = "service.sqlite3"


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of one database."""

    assistants: AssistantStore
    conversations: ConversationStore
    recall: MemoryRecall


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[Store]:
    """The store in ``folder``, which is made where missing.

    Raises:
        StorageError: ``storage.failed`` or ``storage.newer``.
    """
    database = Database(folder / FILE_NAME)
    try:
        store = Store(AssistantStore(database), ConversationStore(database), MemoryRecall(database))
        await store.conversations.fail_unfinished()
        yield store
    finally:
        await database.aclose()
