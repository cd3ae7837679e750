"""Indexing waits for what is missing, survives what nobody expected, and goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.errors import ChildError
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.documents import Document
from desktop_app.service.documents import document_rows, indexer
from desktop_app.service.documents.document_rows import Owner
from desktop_app.service.documents.indexer import Indexer
from desktop_app.service.documents.reading_messages import Answer, Passages, ReadingDone
from desktop_app.service.storage import assistant_store
from desktop_app.service.storage.store import Store, open_store

LIMIT_S = 10


class ScriptedExtractor:
    """Says of each file what the next script says; then that it was read."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.read_endings: list[str] = []
        self.rests = 0
        self.has_rested = asyncio.Event()

    async def read(self, path: Path, ending: str, size_bytes: int = 0) -> AsyncIterator[Answer]:
        self.read_endings.append(ending)
        yield Passages([("page 1", "One passage")])
        if self._failures:
            raise self._failures.pop(0)
        yield ReadingDone("A summary", 3)

    async def rest(self) -> None:
        self.rests += 1
        self.has_rested.set()


class SlowExtractor(ScriptedExtractor):
    """Never comes to the end of a file."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reading = asyncio.Event()

    async def read(self, path: Path, ending: str, size_bytes: int = 0) -> AsyncIterator[Answer]:
        yield Passages([("page 1", "One passage")])
        self.is_reading.set()
        await asyncio.Event().wait()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


async def _add(store: Store, name: str) -> str:
    kept = await store.files.keep_bytes(name.encode())

    def work(connection) -> Document:
        owner = assistant_store.insert(connection, NewAssistant(name="Ada")).assistant_id
        return document_rows.insert(connection, name, "text/plain", kept, Owner(owner))

    return (await store.database.write(work)).document_id


async def _indexed(store: Store, extractor: ScriptedExtractor, *ids: str) -> list[Document]:
    """Run until all have settled."""
    told: list[tuple[str, int]] = []
    running = Indexer(
        store.database, store.files, extractor, lambda scope, first: told.append((scope, first))
    )
    settling = running.settling(ids)
    task = asyncio.ensure_future(running.run())
    async with asyncio.timeout(LIMIT_S):
        for event in settling:
            await event.wait()
    task.cancel()
    await asyncio.wait([task])
    return await store.database.read(lambda connection: document_rows.find_all(connection, ids))


async def test_documents_are_read_in_the_order_in_which_they_came(store):
    ids = [await _add(store, name) for name in ("a.pdf", "b.txt", "c.md")]
    extractor = ScriptedExtractor()
    documents = await _indexed(store, extractor, *ids)
    assert extractor.read_endings == [".pdf", ".txt", ".md"]
    assert [(one.status, one.chunk_count, one.summary) for one in documents] == [
        ("indexed", 1, "A summary")
    ] * 3


async def test_a_reading_process_that_does_not_start_is_waited_for(store, monkeypatch):
    monkeypatch.setattr(indexer, "_AFTER_FAILURE_S", 0)
    document_id = await _add(store, "a.txt")
    failure = ChildError("documents.no_reader", retryable=True)
    extractor = ScriptedExtractor(failure, failure)
    (document,) = await _indexed(store, extractor, document_id)
    assert (document.status, document.chunk_count) == ("indexed", 1)
    assert len(extractor.read_endings) == 3


async def test_what_was_begun_waits_again_when_the_work_ends(store):
    document_id = await _add(store, "a.txt")
    extractor = SlowExtractor()
    task = asyncio.ensure_future(
        Indexer(store.database, store.files, extractor, lambda *_: None).run()
    )
    await asyncio.wait_for(extractor.is_reading.wait(), LIMIT_S)
    task.cancel()
    await asyncio.wait([task])
    (document,) = await store.database.read(
        lambda connection: document_rows.find_all(connection, [document_id])
    )
    assert document.status == "pending"


async def test_a_document_that_trips_over_a_bug_fails_and_the_next_is_read(store, caplog):
    ids = [await _add(store, name) for name in ("a.txt", "b.txt")]
    failed, indexed = await _indexed(store, ScriptedExtractor(ZeroDivisionError("x")), *ids)
    assert (failed.status, failed.status_message) == (
        "error",
        "It could not be indexed: something unexpected happened.",
    )
    assert indexed.status == "indexed"
    assert f"Document {ids[0]} could not be indexed" in caplog.text
    caplog.clear()


async def test_with_nothing_to_read_the_reading_process_rests(store, monkeypatch):
    monkeypatch.setattr(indexer, "_IDLE_S", 0.01)
    extractor = ScriptedExtractor()
    running = Indexer(store.database, store.files, extractor, lambda *_: None)
    task = asyncio.ensure_future(running.run())
    async with asyncio.timeout(LIMIT_S):
        await extractor.has_rested.wait()
    document_id = await _add(store, "a.txt")
    (settled,) = running.settling([document_id])
    running.wake()
    async with asyncio.timeout(LIMIT_S):
        await settled.wait()
    task.cancel()
    await asyncio.wait([task])
    assert extractor.read_endings == [".txt"]
