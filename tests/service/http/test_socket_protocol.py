"""A client that is faster than the application is read ahead of, but not without bound."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn
from websockets.asyncio.client import connect

from desktop_app.service.http.socket_protocol import (
    LARGE_BYTES,
    QUEUED_MESSAGES,
    ReadAheadSocketProtocol,
)

WITHIN_S = 10


class Application:
    """Takes messages only when it may, and says what it took."""

    def __init__(self):
        self.may_read = asyncio.Event()
        self.taken = []
        self.changed = asyncio.Condition()

    async def __call__(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        await self.may_read.wait()
        while (message := await receive())["type"] == "websocket.receive":
            async with self.changed:
                self.taken.append(message.get("text") or len(message["bytes"]))
                self.changed.notify_all()

    async def has(self, count):
        async with asyncio.timeout(WITHIN_S), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= count)


class Watched(ReadAheadSocketProtocol):
    """Says when it stops reading."""

    stopped: asyncio.Event

    def send_receive_event_to_app(self):
        super().send_receive_event_to_app()
        if self.read_paused:
            self.stopped.set()


@asynccontextmanager
async def serving(application):
    Watched.stopped = asyncio.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, ws=Watched, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listener]))
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        application.may_read.set()
        server.should_exit = True
        await task


async def stops():
    async with asyncio.timeout(WITHIN_S):
        await Watched.stopped.wait()


async def test_it_stops_to_read_where_many_small_messages_wait_and_loses_none():
    application = Application()
    count = QUEUED_MESSAGES * 5
    async with serving(application) as url, connect(url) as client:
        for number in range(QUEUED_MESSAGES - 1):
            await client.send(str(number))
        await (await client.ping())
        assert not Watched.stopped.is_set()
        for number in range(QUEUED_MESSAGES - 1, count):
            await client.send(str(number))
        await stops()
        application.may_read.set()
        await application.has(count)
    assert application.taken == [str(number) for number in range(count)]


@pytest.mark.parametrize("size", [LARGE_BYTES, LARGE_BYTES * 8])
async def test_a_large_message_is_taken_up_before_another_is_read(size):
    application = Application()
    async with serving(application) as url, connect(url) as client:
        await client.send(b"x" * size)
        await stops()
        application.may_read.set()
        await client.send("after")
        await application.has(2)
    assert application.taken == [size, "after"]
