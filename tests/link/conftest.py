"""Both kinds of link behind one rig."""

import asyncio
from collections.abc import Callable

import pytest

from desktop_app.link.client import LinkClient
from desktop_app.link.messages import Connection, Intent, LinkEvent, Phase, Welcome
from desktop_app.link.server import LinkServer
from tests.fakes.link import MemoryServer

TOKEN = "of this run"
LIMIT_S = 10
WELCOME = Welcome("1", "t", Phase.READY, Connection.READY, "embedded")


class Rig:
    """A server that remembers its intents, and clients connected to it."""

    def __init__(self, bound: int = 1000) -> None:
        self.intents: list[Intent] = []
        self.standing: list[LinkEvent] = [WELCOME]
        self.bound = bound
        self.port = 0
        self.clients: list[LinkClient] = []

    def _remember(self, intent: Intent) -> None:
        self.intents.append(intent)

    def snapshot(self) -> list[LinkEvent]:
        return list(self.standing)

    async def start(self) -> None:
        self.server = LinkServer(TOKEN, self._remember, self.snapshot, bound=self.bound)
        self.port = await self.server.start()

    async def connect(self) -> LinkClient:
        client = await LinkClient.connect("127.0.0.1", self.port, TOKEN)
        self.clients.append(client)
        return client

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for a condition."""
        async with asyncio.timeout(LIMIT_S):
            while not is_so():  # noqa: ASYNC110  (any condition, not an event)
                await asyncio.sleep(0.005)

    async def aclose(self) -> None:
        for client in self.clients:
            await client.aclose()
        await self.server.aclose()


class MemoryRig(Rig):
    """The same without a port."""

    async def start(self) -> None:
        self.server = MemoryServer(self._remember, self.snapshot, bound=self.bound)

    async def connect(self):
        client = await self.server.connect()
        self.clients.append(client)
        return client


@pytest.fixture
async def tcp():
    rig = Rig(bound=50)
    await rig.start()
    yield rig
    await rig.aclose()


@pytest.fixture(params=[Rig, MemoryRig])
async def rig(request):
    rig = request.param()
    await rig.start()
    yield rig
    await rig.aclose()
