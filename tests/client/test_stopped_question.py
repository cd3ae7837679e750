"""A first question that is stopped while it is uploaded leaves nothing at the real service."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.protocol.commands import CancelReply, ConfigureSession, PromptText, TurnWishes
from desktop_app.protocol.events import ReplyEnded, ReplyStatus, UploadProgressed
from tests.fakes.pictures import ScriptedPictureMaker
from tests.fakes.providers import ScriptedProviders
from tests.fakes.videos import ScriptedVideoMaker
from tests.service.conftest import KEY, LIMIT_S, service

OURS = ConfigureSession("ours", None, None)
SIZE = 256 << 20


class Shelf:
    def __init__(self):
        self.values = {}

    async def setting(self, key):
        return self.values.get(key)

    async def set_setting(self, key, value):
        self.values[key] = value


class Rig:
    """A connection to a real service."""

    def __init__(self, running, shelf):
        self.service = running
        self.shelf = shelf
        self.connection = ServiceConnection(self._find, RemoteThreads(shelf, "p"))

    async def _find(self):
        addresses = self.service.addresses
        return ServiceAddresses(
            ApiAddress(addresses.api, KEY), GatewayAddress(addresses.voice, KEY)
        )

    async def stop_while_uploading(self, path):
        """Ask with a large file, and stop it under way."""
        line = await self.connection.open_text(OURS)
        await line.send(PromptText(1, "What is in it?", TurnWishes(files=(str(path),))))
        events = line.events()
        async with asyncio.timeout(LIMIT_S):
            while not isinstance(told := await anext(events), UploadProgressed):
                pass
            assert told.sent_bytes < told.total_bytes
            await line.send(CancelReply(1))
            while not isinstance(told := await anext(events), ReplyEnded):
                pass
            assert told.status is ReplyStatus.CANCELLED
        await line.aclose()

    async def ask(self):
        line = await self.connection.open_text(OURS)
        await line.send(PromptText(1, "Hi"))
        async with asyncio.timeout(LIMIT_S):
            async for event in line.events():
                if isinstance(event, ReplyEnded):
                    break
        await line.aclose()

    async def threads(self):
        return (await self.service.http.get("/threads?include_messages=true")).json()


@asynccontextmanager
async def opened(folder, shelf):
    providers = ScriptedProviders(
        picture_makers={"scripted": ScriptedPictureMaker()},
        video_makers={"scripted": ScriptedVideoMaker()},
    )
    async with service(folder, providers) as running:
        rig = Rig(running, shelf)
        try:
            yield rig
        finally:
            await rig.connection.aclose()


@pytest.fixture
def film(tmp_path):
    """A large file that takes no room."""
    path = tmp_path / "film.txt"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


async def test_a_first_question_stopped_during_its_upload_leaves_no_thread(tmp_path, film):
    async with opened(tmp_path / "data", Shelf()) as rig:
        await rig.stop_while_uploading(film)
        await rig.connection.aclose()  # waits for what is done behind
        assert await rig.threads() == []
        assert rig.shelf.values["thread:p:ours"] == ""


async def test_the_next_question_finds_a_thread_again(tmp_path, film):
    async with opened(tmp_path / "data", Shelf()) as rig:
        await rig.stop_while_uploading(film)
        await rig.connection.aclose()
        await rig.ask()
        (thread,) = await rig.threads()
        assert [one["role"] for one in thread["messages"]] == ["user", "assistant"]
        assert rig.shelf.values["thread:p:ours"] == thread["thread_id"]


async def test_a_thread_with_messages_outlives_a_question_that_is_stopped(tmp_path, film):
    async with opened(tmp_path / "data", Shelf()) as rig:
        await rig.ask()
        await rig.stop_while_uploading(film)
        await rig.connection.aclose()
        (thread,) = await rig.threads()
        assert len(thread["messages"]) == 2


async def test_a_thread_that_was_made_before_stays_though_it_is_empty(tmp_path, film):
    shelf = Shelf()
    async with opened(tmp_path / "data", shelf) as rig:
        made = await rig.service.thread()
        shelf.values["thread:p:ours"] = made
        await rig.stop_while_uploading(film)
        await rig.connection.aclose()
        assert [one["thread_id"] for one in await rig.threads()] == [made]
