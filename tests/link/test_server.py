"""The port of the engine: only those who know the token, and only what makes sense."""

import asyncio

import pytest

from desktop_app.errors import AccessError, NetworkError
from desktop_app.link import client as client_module
from desktop_app.link import server as server_module
from desktop_app.link.client import LinkClient
from desktop_app.link.codec import encode
from desktop_app.link.messages import Hello, Ping, Pong, Quit
from desktop_app.link.server import LinkServer
from desktop_app.link.thread_messages import ThreadRemoved


async def answer_to(port: int, wire: bytes) -> bytes:
    """Everything a stranger is told until he is cut off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wire)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_wrong_token_is_refused(tcp):
    with pytest.raises(AccessError) as caught:
        await LinkClient.connect("127.0.0.1", tcp.port, "another")
    assert caught.value.code == "link.refused"
    assert tcp.server.window_count == 0


@pytest.mark.parametrize(
    "wire",
    [encode(Quit()), b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\1\xc1", encode(Hello("ö"))],
    ids=["no hello", "a browser", "malformed", "a foreign token"],
)
async def test_who_does_not_greet_is_told_nothing(tcp, wire):
    assert await answer_to(tcp.port, wire) == b""
    assert tcp.intents == []


async def test_who_says_nothing_is_cut_off(tcp, monkeypatch):
    monkeypatch.setattr(server_module, "HELLO_WITHIN_S", 0.05)
    assert await answer_to(tcp.port, b"") == b""


async def test_a_window_that_talks_nonsense_is_cut_off_and_the_server_lives(tcp):
    told = await answer_to(tcp.port, encode(Hello("of this run")) + b"\xff" * 8)
    assert told.startswith(encode(tcp.standing[0])) or told == b""
    client = await tcp.connect()
    client.send(Quit())
    await tcp.until(lambda: tcp.intents == [Quit()])


async def test_nobody_there_is_a_network_error(tcp):
    await tcp.server.aclose()
    with pytest.raises(NetworkError) as caught:
        await LinkClient.connect("127.0.0.1", tcp.port, "of this run")
    assert caught.value.code == "link.unreachable"
    assert caught.value.retryable


async def test_an_engine_that_does_not_answer_is_a_network_error(monkeypatch):
    monkeypatch.setattr(client_module, "WELCOME_WITHIN_S", 0.05)
    silent = LinkServer("token", lambda intent: None, lambda: [])
    port = await silent.start()
    with pytest.raises(NetworkError, match="does not answer"):
        await LinkClient.connect("127.0.0.1", port, "token")
    await silent.aclose()


async def test_closing_does_not_wait_for_a_window_that_never_reads(tcp):
    await tcp.connect()
    for number in range(40):
        tcp.server.publish(ThreadRemoved(f"{number}".ljust(500_000)))
    async with asyncio.timeout(10):
        await tcp.server.aclose()
    assert tcp.server.window_count == 0


async def test_what_was_only_started_tells_its_first_effects_before_a_ping_is_answered():
    async def begin():
        server.publish(ThreadRemoved("t"))

    async with asyncio.TaskGroup() as tasks:
        server = LinkServer("token", lambda _: tasks.create_task(begin()), lambda: [])
        port = await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(encode(Hello("token")) + encode(Quit()) + encode(Ping()))
        told = encode(ThreadRemoved("t")) + encode(Pong())
        async with asyncio.timeout(10):
            assert await reader.readexactly(len(told)) == told
        writer.close()
        await server.aclose()
