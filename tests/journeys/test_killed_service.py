"""The service is killed a hundred times while a client writes: what it acknowledged is there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.service import RealService, real_service

SEEDS = range(4)
LIVES = 25
MOST_WRITES = 16
LAST_WRITE_S = 0.02
LIMIT_S = 60


@dataclass
class Written:
    """What was asked for, and what of it the service said it has."""

    asked: set[str] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)

    def ask(self, text: str) -> str:
        self.asked.add(text)
        return text


@dataclass
class Client:
    """Writes as fast as it is answered, from one life of the service to the next.

    Attributes:
        threads: The messages of each thread, in order.
        left: How many more acknowledgements set ``has_written``.
    """

    assistant_id: str = ""
    number: int = 0
    left: int = 0
    has_written: asyncio.Event = field(default_factory=asyncio.Event)
    threads: dict[str, Written] = field(default_factory=dict)
    documents: Written = field(default_factory=Written)
    memories: Written = field(default_factory=Written)

    def text(self) -> str:
        self.number += 1
        return f"What is {self.number} plus {self.number}?"

    def expect(self, writes: int) -> None:
        """Set ``has_written`` after so many acknowledgements."""
        self.left = writes
        self.has_written.clear()
        if not writes:
            self.has_written.set()

    def keep(self, written: Written, text: str) -> None:
        """The service has acknowledged it."""
        written.kept.append(text)
        self.left -= 1
        if self.left == 0:
            self.has_written.set()

    async def write(self, http: httpx.AsyncClient) -> None:
        """Until the service is gone."""
        async with asyncio.TaskGroup() as tasks:
            for writer in (self._say, self._ask, self._upload, self._remember):
                tasks.create_task(_until_gone(writer, http))

    async def _thread(self, http: httpx.AsyncClient) -> tuple[str, Written]:
        path = f"/assistants/{self.assistant_id}/threads"
        thread_id = (await _ok(http.post(path, json={})))["thread_id"]
        return thread_id, self.threads.setdefault(thread_id, Written())

    async def _say(self, http: httpx.AsyncClient) -> None:
        thread_id, written = await self._thread(http)
        for _ in range(10):
            text = written.ask(self.text())
            body = {"thread_id": thread_id, "content": text, "send_to_llm": "false"}
            await _ok(http.post("/threads/messages", json=body))
            self.keep(written, text)

    async def _ask(self, http: httpx.AsyncClient) -> None:
        """A turn: the question is kept when it is told, the reply when its run has ended."""
        thread_id, written = await self._thread(http)
        text = written.ask(self.text())
        body = {"thread_id": thread_id, "content": text, "stream": True}
        async with http.stream("POST", "/threads/messages", json=body) as answer:
            async for line in answer.aiter_lines():
                event = json.loads(line.removeprefix("data: ") or "{}")
                if event.get("type") == "user_message":
                    self.keep(written, text)
                if event.get("type") == "run_ended":
                    self.keep(written, event["final_content"])

    async def _upload(self, http: httpx.AsyncClient) -> None:
        text = self.documents.ask(self.text())
        files = {"file": ("note.txt", text.encode())}
        path = f"/assistants/{self.assistant_id}/documents"
        document = await _ok(http.post(path, files=files))
        self.keep(self.documents, document["document_id"])

    async def _remember(self, http: httpx.AsyncClient) -> None:
        text = self.memories.ask(self.text())
        path = f"/assistants/{self.assistant_id}/memories"
        await _ok(http.post(path, json={"content": text}))
        self.keep(self.memories, text)


async def _until_gone(writer: Any, http: httpx.AsyncClient) -> None:
    with contextlib.suppress(httpx.TransportError):
        while True:
            await writer(http)


async def _ok(answer: Any) -> Any:
    response = await answer
    assert response.status_code == 200, response.text
    return response.json()


@asynccontextmanager
async def connected(service: RealService) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"X-API-Key": service.api.key}
    async with httpx.AsyncClient(
        base_url=service.api.base_url, headers=headers, timeout=LIMIT_S
    ) as http:
        yield http


async def killed(service: RealService, client: Client, moments: random.Random) -> None:
    """After a random number of writes, in the middle of the next ones."""
    client.expect(moments.randint(0, MOST_WRITES))
    await client.has_written.wait()
    await asyncio.sleep(moments.uniform(0, LAST_WRITE_S))  # the moment itself is what is tried
    await asyncio.to_thread(service.kill)


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_acknowledged_is_lost_and_nothing_is_half(tmp_path, seed):
    moments, client = random.Random(seed), Client()
    for _ in range(LIVES):
        with real_service(tmp_path) as service:
            async with connected(service) as http, asyncio.TaskGroup() as tasks:
                if not client.assistant_id:
                    made = await _ok(http.post("/assistants", json={"name": "Ada"}))
                    client.assistant_id = made["assistant_id"]
                tasks.create_task(killed(service, client, moments))
                tasks.create_task(client.write(http))
    with real_service(tmp_path) as service:
        async with connected(service) as http:
            await all_messages_are_there(http, client)
            await all_memories_are_there(http, client)
            await all_documents_are_there(http, client)
    database_is_sound(tmp_path / "service.sqlite3")
    assert client.threads
    assert client.documents.kept
    assert client.memories.kept


async def all_messages_are_there(http: httpx.AsyncClient, client: Client) -> None:
    for thread_id, written in client.threads.items():
        messages = (await _ok(http.get(f"/threads/{thread_id}")))["messages"]
        asked = [message["content"] for message in messages if message["role"] == "user"]
        assert set(asked) <= written.asked
        there = [message["content"] for message in messages if message["content"] in written.kept]
        assert there == written.kept
        assert {message["status"] for message in messages} <= {"COMPLETED", "FAILED"}


async def all_memories_are_there(http: httpx.AsyncClient, client: Client) -> None:
    page = await _ok(http.get(f"/assistants/{client.assistant_id}/memories"))
    known = {memory["content"] for memory in page["memories"]}
    assert set(client.memories.kept) <= known <= client.memories.asked


async def all_documents_are_there(http: httpx.AsyncClient, client: Client) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            documents = await _ok(http.get(f"/assistants/{client.assistant_id}/documents"))
            if not {"pending", "processing"} & {document["status"] for document in documents}:
                break
            await asyncio.sleep(0.1)  # across HTTP there is nothing to wait on
    assert set(client.documents.kept) <= {document["document_id"] for document in documents}
    states = {(document["status"], document["chunk_count"]) for document in documents}
    assert states == {("indexed", 1)}


def database_is_sound(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for words in ("message_words", "memory_words", "chunk_words"):
            database.execute(f"INSERT INTO {words} ({words}) VALUES ('integrity-check')")
