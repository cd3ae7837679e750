"""Messages that are cut out before the library reads them, beside those that are left to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode

from desktop_app.client.whole_messages import MOST_WAITING_BYTES, WholeMessageConnection

LARGE = b"l" * 70_000
MESSAGES = [b"", b"a", b"some words", b"m" * 125, b"n" * 126, b"o" * 2_000, b"\0\1\2", b"end"]


def wire_of(payload: bytes, opcode: Opcode = Opcode.TEXT, *, is_last: bool = True) -> bytes:
    return Frame(opcode, payload, is_last).serialize(mask=False)


@pytest.fixture
async def client() -> AsyncIterator[WholeMessageConnection]:
    async def hold(socket: ServerConnection) -> None:
        await socket.send("hello")
        with suppress(ConnectionClosedError):
            async for message in socket:
                await socket.send(message)

    async with serve(hold, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"ws://127.0.0.1:{port}/"
        async with connect(url, compression=None, create_connection=WholeMessageConnection) as it:
            assert isinstance(it, WholeMessageConnection)
            assert await it.recv() == "hello"
            yield it


async def received(client: WholeMessageConnection, count: int) -> list[bytes]:
    return [await client.recv(decode=False) for _ in range(count)]


def left_to_library(client: WholeMessageConnection, monkeypatch) -> list[bytes]:
    left: list[bytes] = []
    read = client.protocol.receive_data
    monkeypatch.setattr(
        client.protocol, "receive_data", lambda data: (left.append(data), read(data))
    )
    return left


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64, 127, 1_000, 5_000])
async def test_any_split_gives_the_same_messages(client: WholeMessageConnection, size: int):
    wire = b"".join(wire_of(payload) for payload in MESSAGES)
    for at in range(0, len(wire), size):
        client.data_received(wire[at : at + size])
    assert await received(client, len(MESSAGES)) == MESSAGES


async def test_whole_messages_pass_the_library(client: WholeMessageConnection, monkeypatch):
    left = left_to_library(client, monkeypatch)
    client.data_received(wire_of(b"o" * 2_000) + wire_of(b"\xff\xfe", Opcode.BINARY))
    assert await received(client, 2) == [b"o" * 2_000, b"\xff\xfe"]
    assert left == []


async def test_large_ones_pieces_and_pings_are_for_the_library(
    client: WholeMessageConnection, monkeypatch
):
    left = left_to_library(client, monkeypatch)
    ping = wire_of(b"?", Opcode.PING)
    pieces = [wire_of(b"a", is_last=False), ping, wire_of(b"b", Opcode.CONT)]
    for data in (wire_of(LARGE), *pieces, wire_of(b"whole")):
        client.data_received(data)
    assert await received(client, 3) == [LARGE, b"ab", b"whole"]
    assert left == [wire_of(LARGE), *pieces]


async def test_it_says_and_hears_over_the_socket(client: WholeMessageConnection):
    for text in ("once", "again " * 100):
        await client.send(text)
        assert await client.recv() == text
    await (await client.ping())


async def test_a_masked_frame_of_a_server_ends_the_connection(client: WholeMessageConnection):
    client.data_received(Frame(Opcode.TEXT, b"masked").serialize(mask=True))
    with pytest.raises(ConnectionClosedError):
        await client.recv()


async def test_a_ping_is_answered_though_many_messages_wait_to_be_taken(
    client: WholeMessageConnection,
):
    client.read_ahead()
    wire = wire_of(b"speech" * 500) * 1_000
    client.data_received(wire)
    assert not client.recv_messages.paused
    await (await client.ping())
    assert await received(client, 1_000) == [b"speech" * 500] * 1_000
    assert len(client.recv_messages.frames) == 0


async def test_it_stops_to_read_where_many_bytes_wait_until_half_are_taken(
    client: WholeMessageConnection,
):
    client.read_ahead()
    count = MOST_WAITING_BYTES // len(LARGE) + 1
    client.data_received(wire_of(LARGE) * count)
    assert client.recv_messages.paused
    await received(client, count // 2 - 1)
    assert client.recv_messages.paused
    await received(client, 2)
    assert not client.recv_messages.paused


async def test_who_stops_to_wait_within_a_message_leaves_it_there(client: WholeMessageConnection):
    client.read_ahead()
    client.data_received(wire_of(b"half", is_last=False))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.recv(), 0.01)
    client.data_received(wire_of(b" whole", Opcode.CONT))
    assert await received(client, 1) == [b"half whole"]
    assert len(client.recv_messages.frames) == 0
