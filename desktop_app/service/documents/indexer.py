"""Reads what waits, one document after the other, and writes down how it went."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing

from desktop_app.errors import AppError
from desktop_app.service.documents import chunk_rows, document_rows
from desktop_app.service.documents.document_rows import WaitingDocument
from desktop_app.service.documents.extractor import Extractor
from desktop_app.service.documents.reading_messages import Passages, ReadingDone, ReadingFailed
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore

_IDLE_S = 30.0
_AFTER_FAILURE_S = 5.0

_log = logging.getLogger(__name__)


class Indexer:
    """Works through the documents that are ``pending``; they wait in the database alone.

    Args:
        on_indexed: Told of each document that can be searched from now on: its scope (a
            thread's or an assistant's id), and the number of its first passage.
        is_first: Whether what is being processed was left by a process that has ended.
    """

    def __init__(
        self,
        database: Database,
        files: FileStore,
        extractor: Extractor,
        on_indexed: Callable[[str, int], None],
        *,
        is_first: bool = True,
    ) -> None:
        self._database = database
        self._files = files
        self._extractor = extractor
        self._on_indexed = on_indexed
        self._is_first = is_first
        self._news = asyncio.Event()
        self._settling: dict[str, asyncio.Event] = {}

    def wake(self) -> None:
        """There is a new document."""
        self._news.set()

    def settling(self, ids: Iterable[str]) -> list[asyncio.Event]:
        """For each document an event that is set when it has settled, from now on."""
        return [self._settling.setdefault(one, asyncio.Event()) for one in ids]

    def settled(self, document_id: str) -> None:
        """It has settled, or is gone."""
        if event := self._settling.pop(document_id, None):
            event.set()

    async def run(self) -> None:
        """Work until cancelled."""
        if self._is_first:
            await self._until_it_works(self._restart)
        while True:
            self._news.clear()
            while await self._until_it_works(self._next):
                pass
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(_IDLE_S):
                await self._news.wait()
        except TimeoutError:
            await self._extractor.rest()
            await self._news.wait()

    async def _until_it_works(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """The disk may be full, or the reading process may not start: both may change."""
        while True:
            try:
                return await work()
            except AppError as error:
                _log.info("Indexing waits: %s", error.code)
                await asyncio.sleep(_AFTER_FAILURE_S)

    async def _restart(self) -> bool:
        await self._database.write(document_rows.restart)
        return True

    async def _next(self) -> bool:
        """Process one; False where none waits."""
        document = await self._database.write(document_rows.begin)
        if document is None:
            return False
        try:
            await self._process(document)
        except (AppError, asyncio.CancelledError):  # whoever comes next begins it anew
            await self._database.write(
                lambda connection: document_rows.give_back(connection, document)
            )
            raise
        except Exception:  # a bug that one document wakes must not stop all others
            _log.exception("Document %s could not be indexed", document.id)
            await self._fail(document, "It could not be indexed: something unexpected happened.")
        self.settled(document.id)
        return True

    async def _process(self, document: WaitingDocument) -> None:
        count = 0
        last: list[tuple[str, str]] = []  # written with what follows: most files have one batch
        path = self._files.path(document.sha256)
        reading = self._extractor.read(path, document.ending, document.size_bytes)
        async with aclosing(reading) as answers:
            async for answer in answers:
                match answer:
                    case Passages(passages):
                        if last and not await self._append(document, count, last):
                            return
                        count += len(last)
                        last = passages
                    case ReadingDone():
                        await self._finish(document, count, last, answer)
                    case ReadingFailed(sentence):
                        await self._fail(document, sentence)

    async def _append(
        self, document: WaitingDocument, first: int, passages: list[tuple[str, str]]
    ) -> bool:
        return await self._database.write(
            lambda connection: chunk_rows.append(connection, document, first, passages)
        )

    async def _finish(
        self,
        document: WaitingDocument,
        count: int,
        last: list[tuple[str, str]],
        done: ReadingDone,
    ) -> None:
        def work(connection: sqlite3.Connection) -> int | None:
            if not chunk_rows.append(connection, document, count, last):
                return None
            document_rows.mark_indexed(
                connection,
                document,
                summary=done.summary,
                total_tokens=done.total_tokens,
                note=done.note,
            )
            return chunk_rows.first_seq(connection, document)

        first = await self._database.write(work)
        if first is not None:
            self._on_indexed(document.owner.scope, first)

    async def _fail(self, document: WaitingDocument, sentence: str) -> None:
        _log.info("Document %s cannot be read", document.id)
        await self._database.write(
            lambda connection: document_rows.mark_failed(connection, document, sentence)
        )
