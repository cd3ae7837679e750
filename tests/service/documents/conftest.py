"""An assistant with a thread on a running service, and files that are added to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.service.clock import new_id

LIMIT_S = 20

_MISSING = "SELECT count(*) FROM chunks WHERE seq NOT IN (SELECT chunk_seq FROM chunk_vectors)"


class Shelf:
    """An assistant with a thread, and how to add to them."""

    def __init__(self, rig: Any, folder: Path, assistant_id: str, thread_id: str) -> None:
        self.library = rig.library
        self.rig = rig
        self.assistant_id = assistant_id
        self.thread_id = thread_id
        self._folder = folder

    async def another(self) -> Shelf:
        """Another assistant's."""
        return await _new_shelf(self.rig, self._folder)

    async def add(self, name: str, content: bytes | str, **more: str) -> str:
        path = self._folder / new_id()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        document = await self.library.add(
            path, name, "text/plain", assistant_id=self.assistant_id, **more
        )
        return str(document.document_id)

    async def indexed(self, name: str, content: bytes | str, **more: str) -> str:
        """Add one and wait until it can be searched."""
        document_id = await self.add(name, content, **more)
        (document,) = await self.library.settled([document_id], LIMIT_S)
        assert document.status == "indexed", document.status_message
        return document_id

    async def found(self, question: str, thread_id: str | None = None) -> list[str]:
        """Names of the files whose passages are found, the best first."""
        passages = await self.library.passages(
            question,
            assistant_id=self.assistant_id,
            thread_id=self.thread_id if thread_id is None else thread_id,
            limit=5,
        )
        return [passage.filename for passage in passages]

    async def embedded(self, *, but: int = 0) -> None:
        """Wait until every passage has a vector, but for so many."""
        database = self.rig.store.database
        async with asyncio.timeout(LIMIT_S):
            while await database.read(lambda one: one.execute(_MISSING).fetchone()[0]) > but:
                pass


async def _new_shelf(rig: Any, folder: Path) -> Shelf:
    thread_id = await rig.thread()
    thread = await rig.store.conversations.get(thread_id, with_messages=False)
    return Shelf(rig, folder, thread.assistant_id, thread_id)


@pytest.fixture
def new_shelf(tmp_path: Path) -> Callable[[Any], Awaitable[Shelf]]:
    """Makes one on a service."""

    async def make(rig: Any) -> Shelf:
        return await _new_shelf(rig, tmp_path)

    return make


@pytest.fixture
async def shelf(rig: Any, tmp_path: Path) -> Shelf:
    return await _new_shelf(rig, tmp_path)
