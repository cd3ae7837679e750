"""A real service on a loopback port, with scripted providers behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from desktop_app.service.documents.library import Library
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.server import Addresses, Place, open_service
from desktop_app.service.storage.store import Store
from tests.fakes.providers import ScriptedProviders

LIMIT_S = 10
KEY = "test-key"


class Socket:
    """A gateway client that reads as a script."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.received: list[dict[str, Any]] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(msgspec.json.encode({"type": kind, **fields}).decode())

    async def hear(self, pcm: bytes) -> None:
        await self.connection.send(pcm)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(LIMIT_S):
            message = msgspec.json.decode(await self.connection.recv())
        self.received.append(message)
        return message

    async def until(self, kind: str) -> dict[str, Any]:
        while (message := await self.next())["type"] != kind:
            pass
        return message

    async def configured(self, **groups: Any) -> None:
        """Configure and wait until speech to text is there."""
        groups.setdefault("stt", {"commit_strategy": "manual"})
        await self.say("session.configure", **groups)
        await self.until("stt.session_started")

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.received]


@dataclass
class Rig:
    """A running service and its clients."""

    addresses: Addresses
    providers: ScriptedProviders
    http: httpx.AsyncClient
    store: Store
    library: Library
    links: MediaLinks

    @asynccontextmanager
    async def socket(self, query: str = f"?token={KEY}", **options: Any) -> AsyncIterator[Socket]:
        address = self.addresses.voice + query
        async with connect(address, max_size=None, **options) as connection:
            yield Socket(connection)

    async def thread(self) -> str:
        """A new thread's id."""
        assistant = (await self.http.post("/assistants", json={"name": "Ada"})).json()
        path = f"/assistants/{assistant['assistant_id']}/threads"
        return str((await self.http.post(path, json={})).json()["thread_id"])

    async def messages(self, thread_id: str) -> list[dict[str, Any]]:
        return list((await self.http.get(f"/threads/{thread_id}")).json()["messages"])


@asynccontextmanager
async def service(data: Path, providers: ScriptedProviders) -> AsyncIterator[Rig]:
    """A service over the folder ``data``."""
    async with open_service(Place(data, KEY), providers.open) as running:
        addresses = running.addresses
        headers = {"X-API-Key": KEY}
        async with httpx.AsyncClient(
            base_url=addresses.api, headers=headers, timeout=LIMIT_S
        ) as http:
            yield Rig(addresses, providers, http, running.store, running.library, running.links)


@pytest.fixture
def open_rig():
    return service


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with service(tmp_path, ScriptedProviders()) as running:
        yield running


@pytest.fixture
async def socket(rig: Rig) -> AsyncIterator[Socket]:
    async with rig.socket() as connected:
        yield connected
