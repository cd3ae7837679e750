"""The head of a request has a bound, whoever sends it; its body has another."""

from __future__ import annotations

import asyncio
import socket

import pytest
import uvicorn

from desktop_app.service.http import http_protocol
from desktop_app.service.http.http_protocol import MAX_HEAD_BYTES, BoundedHttpProtocol


async def connected(rig) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    host = rig.addresses.api.removeprefix("http://").removesuffix("/api")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    return reader, writer, host.encode()


async def send(writer: asyncio.StreamWriter, data: bytes) -> None:
    for at in range(0, len(data), 65_536):
        writer.write(data[at : at + 65_536])
        await writer.drain()


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nX: "])
async def test_a_head_without_end_is_cut_off(rig, beginning):
    _, writer, _ = await connected(rig)
    writer.write(beginning)
    with pytest.raises(ConnectionError):
        await send(writer, 1_000 * b"a" * 65_536)
    writer.close()
    assert (await rig.http.get("/threads")).status_code == 200


@pytest.mark.parametrize("beginning", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_who_does_not_come_to_the_point_is_not_waited_for(rig, monkeypatch, beginning):
    monkeypatch.setattr(http_protocol, "HEAD_WITHIN_S", 0.05)
    reader, writer, _ = await connected(rig)
    writer.write(beginning)
    async with asyncio.timeout(10):
        assert b"did not come in time" in await reader.read()
    writer.close()


async def test_who_asks_and_waits_for_a_long_answer_is_left_alone(rig, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_WITHIN_S", 0.05)
    rig.providers.language.pause()
    async with rig.http.stream(
        "POST", "/threads/messages", json={"content": "Hi", "stream": True}
    ) as answer:
        loop = asyncio.get_running_loop()
        passed = asyncio.Event()
        loop.call_later(0.2, passed.set)
        await passed.wait()
        rig.providers.language.resume()
        assert b'"run_ended"' in await answer.aread()


async def test_the_rest_of_a_body_is_not_waited_for_once_it_is_answered(rig, monkeypatch):
    monkeypatch.setattr(http_protocol, "REST_WITHIN_S", 0.05)
    reader, writer, host = await connected(rig)
    writer.write(b"POST /api/assistants HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n" % host)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        writer.write(b"x")  # one byte more, and then none
        await reader.read()
    writer.close()


async def test_a_body_that_comes_late_leaves_its_connection_to_the_next_request(rig):
    reader, writer, host = await connected(rig)
    writer.write(b"POST /api/assistants HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n" % host)
    assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.write(b"x" * 9 + b"GET /health HTTP/1.1\r\nHost: %s\r\n\r\n" % host)
    async with asyncio.timeout(10):
        assert b"HTTP/1.1 200 " in await reader.readuntil(b'{"status":"ok"}')
    writer.close()


async def test_many_requests_on_one_connection_do_not_add_up(rig):
    reader, writer, host = await connected(rig)
    request = b"GET /health HTTP/1.1\r\nHost: %s\r\nX: %s\r\n\r\n" % (host, b"a" * 50_000)
    for _ in range(MAX_HEAD_BYTES // 50_000 + 2):
        writer.write(request[:30_000])
        await writer.drain()
        writer.write(request[30_000:])
        answer = await reader.readuntil(b'{"status":"ok"}')
        assert answer.startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_a_long_body_is_no_head(rig):
    content = "a" * (4 * MAX_HEAD_BYTES)
    answer = await rig.http.post("/assistants", json={"name": "n", "system_prompt": content})
    assert answer.status_code == 200
    assert answer.json()["system_prompt"] == content


async def test_nothing_is_written_to_a_connection_that_is_lost(caplog):
    seen = []

    class Watched(BoundedHttpProtocol):
        def connection_made(self, transport):
            super().connection_made(transport)
            seen.append(self)

    async def chatter(scope, receive, send):
        """Loses its client, and goes on without a breath."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        seen[0].transport.abort()
        for _ in range(50):
            await send({"type": "http.response.body", "body": b"hello", "more_body": True})
        seen.append((await receive())["type"])

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(chatter, http=Watched, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
        writer.close()
        server.should_exit = True
        await task
    assert answer.startswith(b"HTTP/1.1 200")
    assert seen[1:] == ["http.disconnect"]
    assert "socket.send() raised exception" not in caplog.text
