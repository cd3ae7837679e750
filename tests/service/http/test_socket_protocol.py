"""A client that is faster than the application is read ahead of, but not without bound."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from desktop_app.service.http.socket_protocol import (
    LARGE_BYTES,
    QUEUED_MESSAGES,
    SOUND_EXTENSION,
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
                is_text = message.get("text") is not None
                self.taken.append(message["text"] if is_text else len(message["bytes"]))
                self.changed.notify_all()

    async def has(self, count):
        async with asyncio.timeout(WITHIN_S), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= count)


class Watched(ReadAheadSocketProtocol):
    """Says when it stops reading."""

    stopped: asyncio.Event
    newest: Watched

    def connection_made(self, transport):
        super().connection_made(transport)
        Watched.newest = self

    def _stop_where_much_waits(self, size):
        super()._stop_where_much_waits(size)
        if self.read_paused:
            self.stopped.set()


@asynccontextmanager
async def serving(application, ping_s=20.0):
    Watched.stopped = asyncio.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        ws=Watched,
        lifespan="off",
        log_config=None,
        ws_ping_interval=ping_s,
        ws_ping_timeout=ping_s,
    )
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


async def test_after_a_goodbye_everything_is_read_until_the_clients_own_comes():
    class Refusing(Application):
        async def __call__(self, scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            await self.may_read.wait()
            await send({"type": "websocket.close", "code": 1008})

    application = Refusing()
    async with serving(application) as url, connect(url) as client:
        for number in range(QUEUED_MESSAGES):
            await client.send(str(number))
        await stops()
        await client.send("not read yet")
        Watched.stopped.clear()
        application.may_read.set()
        await client.wait_closed()
    assert client.close_code == 1008
    assert not Watched.stopped.is_set(), "the client's goodbye would have waited with the rest"


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


@pytest.mark.parametrize("speaks", [True, False])
async def test_a_client_that_answers_no_ping_is_there_as_long_as_it_says_anything(speaks):
    application = Application()
    application.may_read.set()
    async with serving(application, ping_s=0.2) as url:
        reader, writer = await asyncio.open_connection(*address(url))
        await upgrade(reader, writer)
        if speaks:
            for _ in range(20):
                writer.write(frame(SOUND[0]))
                await asyncio.sleep(0.05)  # what is tried is that time passes
            assert not Watched.newest.close_sent
        async with asyncio.timeout(WITHIN_S):
            await reader.read()  # until it is left
        assert Watched.newest.close_sent
        writer.close()
    assert len(application.taken) == 20 * speaks


def frame(payload, opcode=Opcode.BINARY, *, fin=True):
    return Frame(opcode, payload, fin=fin).serialize(mask=True)


SOUND = [bytes([number]) * (160 * number) for number in range(1, 5)]
KINDS = [
    (b"".join(map(frame, SOUND)), list(map(len, SOUND))),
    (frame(b"text", Opcode.TEXT), ["text"]),
    (frame(b"", Opcode.PING), []),
    (frame(b"one", fin=False) + frame(b"two", Opcode.CONT), [6]),
    (frame(b""), [0]),
    (frame(SOUND[0]), [len(SOUND[0])]),
]
LONG = (frame(b"long" * 30_000) + frame(SOUND[0]), [120_000, len(SOUND[0])])


@pytest.mark.parametrize("size", [1, 7, 500, 1_000_000])
async def test_frames_of_all_kinds_are_read_however_they_are_cut(size):
    application = Application()
    application.may_read.set()
    kinds = [*KINDS, LONG] if size > 100 else KINDS
    wire = b"".join(sent for sent, _ in kinds)
    taken = [each for _, several in kinds for each in several]
    async with serving(application) as url:
        reader, writer = await asyncio.open_connection(*address(url))
        await upgrade(reader, writer)
        for at in range(0, len(wire), size):
            writer.write(wire[at : at + size])
            await asyncio.sleep(0)
        await application.has(len(taken))
        writer.close()
    assert application.taken == taken


async def test_sound_that_nobody_masked_closes_the_socket():
    application = Application()
    application.may_read.set()
    async with serving(application) as url:
        reader, writer = await asyncio.open_connection(*address(url))
        await upgrade(reader, writer)
        writer.write(frame(SOUND[0]))
        await application.has(1)
        writer.write(Frame(Opcode.BINARY, b"bare sound").serialize(mask=False))
        async with asyncio.timeout(WITHIN_S):
            closing = await reader.read()
        writer.close()
    assert closing[0] == 0x88
    assert int.from_bytes(closing[2:4], "big") == 1002


class Hearer(Application):
    """Takes sound at once, except what is as long as ``refused``."""

    def __init__(self, refused=0):
        super().__init__()
        self.at_once = []
        self.refused = refused

    async def __call__(self, scope, receive, send):
        scope["extensions"][SOUND_EXTENSION](self.take)
        await super().__call__(scope, receive, send)

    def take(self, sound):
        if len(sound) == self.refused:
            return False
        self.taken.append(len(sound))
        self.at_once.append(len(sound))
        return True


async def said_to(application, *frames):
    """Send them one by one, each read before the next."""
    async with serving(application) as url, connect(url, compression=None) as client:
        for each in frames:
            await client.send(each)
            await (await client.ping())
        application.may_read.set()
        await application.has(len(frames))


async def test_sound_need_not_wake_an_application_that_waits():
    application = Hearer()
    application.may_read.set()
    await said_to(application, "hello", SOUND[0], SOUND[1], "text", SOUND[2])
    assert application.taken == ["hello", len(SOUND[0]), len(SOUND[1]), "text", len(SOUND[2])]
    assert application.at_once == [len(SOUND[0]), len(SOUND[1]), len(SOUND[2])]


async def test_sound_waits_behind_what_the_application_has_not_taken_up():
    application = Hearer()
    await said_to(application, "text", SOUND[0], SOUND[1])
    assert application.taken == ["text", len(SOUND[0]), len(SOUND[1])]
    assert application.at_once == []


async def test_sound_that_is_not_taken_at_once_is_received():
    application = Hearer(refused=len(SOUND[0]))
    application.may_read.set()
    await said_to(application, "hello", SOUND[0], SOUND[1])
    assert application.taken == ["hello", len(SOUND[0]), len(SOUND[1])]
    assert application.at_once == [len(SOUND[1])]


class Speaker(Application):
    """Says what it is told to, then says goodbye."""

    def __init__(self, *texts):
        super().__init__()
        self.texts = texts

    async def __call__(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        for text in self.texts:
            await send({"type": "websocket.send", "text": text})
        await send({"type": "websocket.close", "code": 1000})


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_texts_of_every_length_arrive_as_they_were_said(compression):
    texts = ["", "a", "é" * 62, "b" * 125, "c" * 126, "d" * 65_535, "e" * 65_536, "ü" * 300_000]
    said = {"compression": compression, "max_size": None}
    async with serving(Speaker(*texts)) as url, connect(url, **said) as client:
        assert [text async for text in client] == texts


class Chatterer(Application):
    """Loses its client, and goes on talking without a breath."""

    def __init__(self, **said):
        super().__init__()
        self.said = said
        self.is_over = asyncio.Event()
        self.count = 0

    async def __call__(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        Watched.newest.transport.abort()
        try:
            for _ in range(50):
                await send({"type": "websocket.send", **self.said})
                self.count += 1
        except OSError:
            self.is_over.set()


@pytest.mark.parametrize("said", [{"text": "hello"}, {"bytes": b"hello"}])
async def test_nothing_is_written_to_a_connection_that_is_lost(caplog, said):
    application = Chatterer(**said)
    async with serving(application) as url, asyncio.timeout(WITHIN_S):
        reader, writer = await asyncio.open_connection(*address(url))
        await upgrade(reader, writer)
        await application.is_over.wait()
        writer.close()
    assert application.count == 0
    assert "socket.send() raised exception" not in caplog.text


def address(url):
    return urlsplit(url).hostname, urlsplit(url).port


async def upgrade(reader, writer):
    writer.write(
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    async with asyncio.timeout(WITHIN_S):
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
