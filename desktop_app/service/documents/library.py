"""The documents of assistants and threads, as the rest of the service uses them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.documents import EXTENSIONS, Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.documents import chunk_rows, document_rows
from desktop_app.service.documents.document_rows import Owner
from desktop_app.service.documents.embedding import Embedding
from desktop_app.service.documents.extractor import Extractor
from desktop_app.service.documents.indexer import Indexer
from desktop_app.service.documents.retrieval import Retrieval
from desktop_app.service.documents.vector_index import VectorIndex
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import Passage
from desktop_app.service.storage.named_files import add_naming, remove_unnamed
from desktop_app.service.storage.store import Store


class Library:
    """Takes files, has them read in the background, and finds passages in them.

    Args:
        on_changed: Told the scope (a thread's or an assistant's id) of documents that have come
            or gone otherwise than by being indexed.
    """

    def __init__(
        self,
        store: Store,
        indexer: Indexer,
        retrieval: Retrieval,
        on_changed: Callable[[str], None],
    ) -> None:
        self._database = store.database
        self._files = store.files
        self._indexer = indexer
        self._retrieval = retrieval
        self._on_changed = on_changed

    async def add(
        self,
        path: Path,
        filename: str,
        mime_type: str,
        *,
        assistant_id: str,
        thread_id: str | None = None,
        message_id: str = "",
    ) -> Document:
        """Keep a copy of a file and index it soon; durable when this returns.

        Args:
            path: A file that ``check_file`` lets pass.
            thread_id: The only thread whose questions it answers, or None for all of the
                assistant's.
            message_id: The message that it came with.

        Raises:
            StorageError
        """
        owner = Owner(assistant_id, thread_id or "", message_id)
        document = await add_naming(
            self._database,
            self._files,
            lambda: self._files.keep(path),
            lambda connection, kept: document_rows.insert(
                connection, filename, mime_type, kept, owner
            ),
        )
        self._indexer.wake()
        return document

    async def get(self, document_id: str) -> Document | None:
        """One document, or None."""
        return await self._database.read(
            lambda connection: document_rows.find(connection, document_id)
        )

    async def list_for(
        self, *, assistant_id: str = "", thread_id: str | None = None
    ) -> list[Document]:
        """Those of a thread, or those of an assistant that serve all its threads; oldest first.

        Those that are found by their words alone, as the model of meaning fails, say so.
        """
        owner = Owner(assistant_id, thread_id or "")
        found = await self._database.read(
            lambda connection: document_rows.of_owner(connection, owner)
        )
        fault = await self._retrieval.fault(assistant_id) if found else None
        return found if fault is None else [one.with_fault(fault) for one in found]

    async def attachments(self, thread_id: str) -> dict[str, list[Attachment]]:
        """What came with the messages of a thread, by message id, in order."""
        return await self._database.glance(
            lambda connection: document_rows.attachments(connection, thread_id)
        )

    async def delete(self, document_id: str) -> bool:
        """Whether there was one; passages, vectors and bytes go with it.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> tuple[str, str] | None:
            sha256 = document_rows.content_of(connection, document_id)
            scope = document_rows.delete(connection, document_id)
            return (sha256, scope) if sha256 and scope else None

        gone = await self._database.write(work)
        if gone is None:
            return False
        self._indexer.settled(document_id)
        self._on_changed(gone[1])
        await remove_unnamed(self._database, self._files, gone[0])
        return True

    async def settled(self, ids: Sequence[str], within_s: float) -> list[Document]:
        """The documents as soon as all are indexed or failed, or as they are after a while.

        One that was deleted meanwhile is left out.
        """
        waiting = self._indexer.settling(ids)
        found = await self._find_all(ids)
        for document in found:
            if document.is_settled:
                self._indexer.settled(document.document_id)
        for gone in set(ids) - {one.document_id for one in found}:
            self._indexer.settled(gone)
        try:
            async with asyncio.timeout(within_s):
                for event in waiting:
                    await event.wait()
        except TimeoutError:
            pass
        return await self._find_all(ids)

    async def passages(
        self, text: str, *, assistant_id: str, thread_id: str, limit: int, message_id: str = ""
    ) -> tuple[Passage, ...]:
        """What may answer a question, best first; then the beginnings of what it is asked of.

        Args:
            text: The question.
            thread_id: Its own documents are searched besides those of the assistant.
            message_id: The question's, whose attachments may be asked about in any words.

        Raises:
            StorageError
        """
        return await self._retrieval.passages(
            text,
            assistant_id=assistant_id,
            thread_id=thread_id,
            limit=limit,
            message_id=message_id,
        )

    async def clone(self, from_assistant: str, to_assistant: str) -> int:
        """Copy the indexed documents of an assistant, those of its threads apart; how many.

        Raises:
            StorageError
        """
        count = await self._database.write(
            lambda connection: document_rows.clone(connection, from_assistant, to_assistant)
        )
        self._on_changed(to_assistant)
        return count

    async def has_documents(self, *, assistant_id: str, thread_id: str) -> bool:
        """Whether a thread has anything to search: documents of its own or of its assistant.

        Raises:
            StorageError
        """
        return await self._database.glance(
            lambda connection: chunk_rows.can_find(connection, assistant_id, thread_id)
        )

    async def _find_all(self, ids: Sequence[str]) -> list[Document]:
        return await self._database.read(lambda connection: document_rows.find_all(connection, ids))


def check_file(filename: str, size_bytes: int) -> None:
    """Refuse at once what can never be indexed.

    Raises:
        InputError: ``document.type`` or ``document.empty``.
    """
    ending = document_rows.ending_of(filename)
    if ending not in EXTENSIONS:
        kind = f"Files that end with {ending}" if ending else "Files whose names have no ending"
        raise InputError(
            "document.type", f"{filename}: {kind} are not taken as documents.", file=filename
        )
    if size_bytes == 0:
        raise InputError("document.empty", f"{filename} is empty.", file=filename)


@asynccontextmanager
async def open_library(store: Store, source: ProviderSource) -> AsyncIterator[Library]:
    """A library that works through what waits, until the block ends."""
    extractor = Extractor()
    index = VectorIndex(store.database)
    embedding = Embedding(store.database, source, index.forget)

    def on_indexed(scope: str, first: int) -> None:
        index.forget(scope)
        embedding.wake(first)

    indexer = Indexer(store.database, store.files, extractor, on_indexed, is_first=store.is_first)
    retrieval = Retrieval(store.database, store.assistants, embedding, index)
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(indexer.run(), name="index documents"),
            tasks.create_task(embedding.run(), name="embed passages"),
        ]
        try:
            yield Library(store, indexer, retrieval, index.forget)
        finally:
            for task in work:
                task.cancel()
    await extractor.aclose()
