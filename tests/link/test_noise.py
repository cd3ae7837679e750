"""Any bytes and any messages in any order, from either end: an end of that link, and no more."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import AppError
from desktop_app.link.client import LinkClient
from desktop_app.link.codec import encode
from desktop_app.link.messages import Hello, Intent, LinkEvent, Ping, Pong
from desktop_app.link.server import LinkServer
from tests.fakes.any_message import any_message
from tests.link.conftest import LIMIT_S, TOKEN, WELCOME

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 2**63)
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def noise(union: Any) -> st.SearchStrategy[list[bytes]]:
    """What comes over one connection, a piece for each message or what might be one."""
    kinds = get_args(union)
    names = sorted({name for kind in kinds for name in kind.__struct_fields__})
    tags = st.sampled_from([kind.__struct_config__.tag for kind in kinds])
    fields = st.dictionaries(st.sampled_from(names), _JSON, max_size=6)
    good = any_message(union).map(encode)
    shaped = st.builds(lambda tag, body: framed({**body, "type": tag}), tags | _JSON, fields)
    cut = st.builds(lambda whole, at: whole[: at % len(whole)], good, st.integers(0, 99))
    spoilt = st.builds(spoil, good, st.integers(0, 999), st.integers(0, 255))
    made = st.one_of(good, good, good, shaped, spoilt, cut, st.binary(max_size=99))
    return st.lists(made, max_size=12)


def framed(message: Any) -> bytes:
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4, "big") + body


def spoil(whole: bytes, at: int, byte: int) -> bytes:
    at %= len(whole)
    return whole[:at] + bytes((byte,)) + whole[at + 1 :]


async def say(writer: asyncio.StreamWriter, wire: bytes, size: int) -> None:
    """In pieces, and then no more."""
    with suppress(ConnectionError):
        for at in range(0, len(wire), size):
            writer.write(wire[at : at + size])
            await writer.drain()
        writer.write_eof()


async def answers(port: int) -> None:
    """A window that behaves is welcomed and answered."""
    client = await LinkClient.connect("127.0.0.1", port, TOKEN)
    client.send(Ping())
    async with aclosing(client.events()) as events:
        assert [await anext(events), await anext(events)] == [WELCOME, Pong()]
    await client.aclose()


async def rave_at_engine(wire: bytes, size: int) -> list[Intent]:
    failures: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: failures.append(told))
    intents: list[Intent] = []
    server = LinkServer(TOKEN, intents.append, lambda: [WELCOME])
    async with asyncio.timeout(LIMIT_S):
        port = await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await say(writer, wire, size)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        await answers(port)
        await server.aclose()
    assert failures == []
    assert server.window_count == 0
    return intents


@given(st.booleans(), noise(Intent), st.integers(1, 300))
def test_a_window_that_raves_ends_no_more_than_its_own_link(
    greets: bool, pieces: list[bytes], size: int
):
    wire = b"".join([encode(Hello(TOKEN)), *pieces] if greets else pieces)
    intents = asyncio.run(rave_at_engine(wire, size))
    assert all(isinstance(intent, get_args(Intent)) for intent in intents)


@given(st.lists(any_message(Intent), max_size=20), st.integers(1, 300))
def test_all_that_makes_sense_arrives_in_order(said: list[Intent], size: int):
    wire = b"".join(map(encode, [Hello(TOKEN), *said]))
    intents = asyncio.run(rave_at_engine(wire, size))
    told = [one for one in said if not isinstance(one, Hello | Ping)]
    assert list(map(encode, intents)) == list(map(encode, told))  # a figure may be no number


async def rave_at_window(wire: bytes, size: int) -> list[LinkEvent]:
    told: list[LinkEvent] = []

    async def rave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await say(writer, wire, size)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(rave, "127.0.0.1", 0)
    async with server, asyncio.timeout(LIMIT_S):
        with suppress(AppError):
            port = server.sockets[0].getsockname()[1]
            client = await LinkClient.connect("127.0.0.1", port, TOKEN)
            try:
                async for event in client.events():
                    told.append(event)
            finally:
                await client.aclose()
    return told


@given(st.booleans(), noise(LinkEvent), st.integers(1, 300))
def test_an_engine_that_raves_is_a_fault_or_an_end(greets: bool, pieces: list[bytes], size: int):
    wire = b"".join([encode(WELCOME), *pieces] if greets else pieces)
    told = asyncio.run(rave_at_window(wire, size))
    assert all(isinstance(event, get_args(LinkEvent)) for event in told)
