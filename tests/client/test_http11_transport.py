"""Connections of our own under httpx, against a server whose every byte the test writes."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator

import httpx
import pytest

from desktop_app.client import http11_transport
from desktop_app.client.http11_connection import READ_AHEAD_BYTES
from desktop_app.client.http11_transport import Http11Transport, direct_transport
from tests.fakes.raw_server import CERTIFICATE, Line, RawServer

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
SOON_S = 0.05
BLOCK = bytes(1 << 16)
SOCKET_BUFFERS = 32 << 20
"""More than the system holds between two sockets."""


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with RawServer().running() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=Http11Transport()) as client:
        yield client


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield BLOCK


async def answered(line: Line, asking: asyncio.Task[httpx.Response]) -> httpx.Response:
    """One request without a body, and its answer."""
    await line.head()
    await line.say(FINE)
    response = await asking
    assert response.text == "fine"
    return response


# ---- connections that are used again ------------------------------------------------------------


async def test_a_connection_is_used_again(server: RawServer, http: httpx.AsyncClient):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await answered(line, asking)
    for method in ("GET", "POST", "HEAD", "DELETE"):
        asking = asyncio.create_task(http.request(method, server.url + "next"))
        assert (await line.head()).startswith(f"{method} /next HTTP/1.1\r\n".encode())
        await line.say(b"HTTP/1.1 204 Done\r\nX-Method: %b\r\n\r\n" % method.encode())
        response = await asking
        assert (response.status_code, response.reason_phrase) == (204, "Done")
        assert response.headers["x-method"] == method
    assert server.lines == 1


async def test_two_at_once_have_a_connection_each(server: RawServer, http: httpx.AsyncClient):
    first = asyncio.create_task(http.get(server.url + "1"))
    one = await server.line()
    second = asyncio.create_task(http.get(server.url + "2"))
    two = await server.line()
    await answered(two, second)
    await answered(one, first)
    assert server.lines == 2


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine",
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        FINE + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    ],
)
async def test_a_connection_that_promises_nothing_is_left(
    server: RawServer, http: httpx.AsyncClient, wire: bytes
):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await line.head()
    await line.say(wire)
    assert (await asking).text == "fine"
    await line.is_left()
    asking = asyncio.create_task(http.get(server.url))
    await answered(await server.line(), asking)


async def test_a_resting_connection_that_was_hung_up_is_not_used(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await answered(line, asking)
    line.hang_up()
    await line.is_left()  # the end is at the client, whether its loop has looked or not
    asking = asyncio.create_task(http.post(server.url))
    await answered(await server.line(), asking)


async def test_a_resting_connection_that_speaks_is_not_used(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await answered(line, asking)
    await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
    asking = asyncio.create_task(http.get(server.url))
    await answered(await server.line(), asking)


async def test_a_connection_rests_for_some_seconds_only(
    server: RawServer, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(http11_transport, "IDLE_S", 0.0)
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await answered(line, asking)
    asking = asyncio.create_task(http.get(server.url))
    await answered(await server.line(), asking)
    await line.is_left()


async def test_only_so_many_rest(
    server: RawServer, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(http11_transport, "MAX_IDLE", 1)
    askings = [asyncio.create_task(http.get(server.url)) for _ in range(3)]
    lines = [await server.line() for _ in askings]
    for line in lines:
        await line.head()
    for line in lines:
        await line.say(FINE)
    for asking in askings:
        await asking
    leaving = [asyncio.create_task(line.is_left()) for line in lines]
    done = itertools.islice(asyncio.as_completed(leaving), 2)
    for left in done:
        await left
    assert sum(not task.done() for task in leaving) == 1
    await http.aclose()
    for task in leaving:
        await task


async def _a_rested(server: RawServer, http: httpx.AsyncClient) -> Line:
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await answered(line, asking)
    return line


async def test_what_a_stale_connection_swallowed_is_asked_once_more(
    server: RawServer, http: httpx.AsyncClient
):
    line = await _a_rested(server, http)
    asking = asyncio.create_task(http.get(server.url + "x"))
    await line.head()
    line.hang_up()
    again = await server.line()
    assert (await again.head()).startswith(b"GET /x ")
    again.reset()
    with pytest.raises(httpx.TransportError):
        await asking
    assert server.lines == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_may_have_happened_is_not_asked_again(
    server: RawServer, http: httpx.AsyncClient, method: str
):
    line = await _a_rested(server, http)
    asking = asyncio.create_task(http.request(method, server.url))
    await line.head()
    line.hang_up()
    with pytest.raises(httpx.RemoteProtocolError, match="without an answer"):
        await asking
    assert server.lines == 1


async def test_an_answer_that_has_begun_is_not_asked_for_again(
    server: RawServer, http: httpx.AsyncClient
):
    line = await _a_rested(server, http)
    asking = asyncio.create_task(http.get(server.url))
    await line.head()
    await line.say(b"H")
    line.hang_up()
    with pytest.raises(httpx.RemoteProtocolError, match="without the end"):
        await asking
    assert server.lines == 1


async def test_a_new_connection_that_is_hung_up_is_an_error(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await line.head()
    line.hang_up()
    with pytest.raises(httpx.RemoteProtocolError):
        await asking
    assert server.lines == 1


# ---- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 7])
async def test_an_answer_in_small_pieces_is_whole(
    server: RawServer, http: httpx.AsyncClient, size: int
):
    wire = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nSum: 1\r\n\r\n"
    )
    line = None
    for _ in range(2):
        asking = asyncio.create_task(http.get(server.url))
        line = line or await server.line()
        await line.head()
        for at in range(0, len(wire), size):
            await line.say(wire[at : at + size])
            await asyncio.sleep(0)  # the client reads now and then
        assert (await asking).text == "hello, world"
    assert server.lines == 1


async def test_a_body_may_end_with_the_connection(server: RawServer, http: httpx.AsyncClient):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await line.head()
    await line.say(b"HTTP/1.1 200 OK\r\n\r\nuntil the ")
    await line.say(b"end")
    line.hang_up()
    assert (await asking).text == "until the end"


@pytest.mark.parametrize(
    ("wire", "got"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npartial", b"partial"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npartial\r\n", b"partial"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\npartial", b"partial"),
    ],
)
async def test_a_body_that_is_cut_short_gives_what_came_and_then_an_error(
    server: RawServer, http: httpx.AsyncClient, wire: bytes, got: bytes
):
    async def ask() -> None:
        async with http.stream("GET", server.url) as response:
            async for piece in response.aiter_raw():
                pieces.append(piece)

    pieces: list[bytes] = []
    asking = asyncio.create_task(ask())
    line = await server.line()
    await line.head()
    await line.say(wire)
    line.hang_up()
    with pytest.raises(httpx.RemoteProtocolError):
        await asking
    assert b"".join(pieces) == got


async def test_a_body_without_a_length_that_is_reset_is_an_error(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.post(server.url, content=b"unread"))
    line = await server.line()
    await line.head()
    await line.say(b"HTTP/1.1 200 OK\r\n\r\npart")
    line.reset()
    with pytest.raises(httpx.ReadError):
        await asking


async def test_what_is_no_http_is_an_error_and_the_connection_left(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await line.head()
    await line.say(b"220 mail.example.org ESMTP\r\n")
    with pytest.raises(httpx.RemoteProtocolError, match="HTTP"):
        await asking
    await line.is_left()


async def test_a_reader_who_takes_his_time_slows_the_server_and_misses_nothing(
    server: RawServer, http: httpx.AsyncClient
):
    blocks = 2 * SOCKET_BUFFERS // len(BLOCK)
    told = hashlib.sha256()
    sent = 0

    async def serve() -> None:
        nonlocal sent
        line = await server.line()
        await line.head()
        await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (blocks * len(BLOCK)))
        for at in range(blocks):
            block = at.to_bytes(4, "big") * (len(BLOCK) // 4)
            told.update(block)
            await line.say(block)
            sent += len(block)

    serving = asyncio.create_task(serve())
    heard = hashlib.sha256()
    async with http.stream("GET", server.url) as response:
        pieces = response.aiter_raw()
        heard.update(await anext(pieces))
        before = -1
        while sent != before:  # as long as the server gets rid of anything
            before = sent
            for _ in range(20):
                await asyncio.sleep(0)
        assert sent < SOCKET_BUFFERS
        largest = 0
        async for piece in pieces:
            heard.update(piece)
            largest = max(largest, len(piece))
    await serving
    assert heard.digest() == told.digest()
    assert largest <= 2 * READ_AHEAD_BYTES


# ---- uploads -----------------------------------------------------------------------------------


async def test_a_stream_goes_out_chunked_and_the_connection_on(
    server: RawServer, http: httpx.AsyncClient
):
    async def blocks() -> AsyncIterator[bytes]:
        yield b"hello"
        yield b""
        yield b", world"

    asking = asyncio.create_task(http.post(server.url, content=blocks()))
    line = await server.line()
    assert b"transfer-encoding: chunked" in (await line.head()).lower()
    wire = b"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"
    assert await line.read(len(wire)) == wire
    await line.say(FINE)
    assert (await asking).text == "fine"
    await answered(line, asyncio.create_task(http.get(server.url)))


@pytest.mark.parametrize("length", ["1000000000", None])
async def test_an_answer_in_mid_upload_is_read_though_the_server_hangs_up(
    server: RawServer, http: httpx.AsyncClient, length: str | None
):
    headers = {} if length is None else {"Content-Length": length}
    asking = asyncio.create_task(http.post(server.url, content=endless(), headers=headers))
    line = await server.line()
    await line.head()
    await line.read(1 << 16)
    await line.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large")
    line.hang_up()  # with bytes unread: the system tells the client with a reset
    response = await asking
    assert (response.status_code, response.text) == (413, "too large")
    asking = asyncio.create_task(http.get(server.url))
    await answered(await server.line(), asking)


async def test_an_answer_in_mid_upload_ends_it_though_the_server_stays(
    server: RawServer, http: httpx.AsyncClient
):
    asking = asyncio.create_task(http.post(server.url, content=endless()))
    line = await server.line()
    await line.head()
    await line.say(b"HTTP/1.1 100 Continue\r\n\r\n")
    await line.read(4 << 20)
    await line.say(b"HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nkey")
    assert (await asking).text == "key"
    await line.is_left()


async def test_a_body_of_another_length_than_said_leaves_the_connection(
    server: RawServer, http: httpx.AsyncClient
):
    async def short() -> AsyncIterator[bytes]:
        yield b"hell"

    headers = {"Content-Length": "5"}
    asking = asyncio.create_task(http.post(server.url, content=short(), headers=headers))
    with pytest.raises(httpx.LocalProtocolError):
        await asking
    await (await server.line()).is_left()


# ---- time, cancelling, closing -----------------------------------------------------------------


async def test_a_server_that_says_nothing_is_late(server: RawServer, http: httpx.AsyncClient):
    with pytest.raises(httpx.ReadTimeout):
        await http.get(server.url, timeout=httpx.Timeout(None, read=SOON_S))
    await (await server.line()).is_left()


async def test_a_server_that_stops_in_mid_body_is_late(server: RawServer, http: httpx.AsyncClient):
    late = httpx.Timeout(None, read=SOON_S)
    asking = asyncio.create_task(http.get(server.url, timeout=late))
    line = await server.line()
    await line.say(FINE[:-1])
    with pytest.raises(httpx.ReadTimeout):
        await asking
    await line.is_left()


async def test_a_server_that_takes_nothing_is_late(server: RawServer, http: httpx.AsyncClient):
    late = httpx.Timeout(None, write=SOON_S)
    with pytest.raises(httpx.WriteTimeout):
        await http.post(server.url, content=endless(), timeout=late)
    await (await server.line()).is_left()


async def test_a_server_that_does_not_come_to_terms_is_late(
    server: RawServer, http: httpx.AsyncClient
):
    """It listens, and has no TLS."""
    url = server.url.replace("http:", "https:")
    with pytest.raises(httpx.ConnectTimeout):
        await http.get(url, timeout=httpx.Timeout(None, connect=SOON_S))


async def test_only_so_many_requests_are_under_way(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(http11_transport, "MAX_CONNECTIONS", 1)
    async with httpx.AsyncClient(transport=Http11Transport()) as http:
        first = asyncio.create_task(http.get(server.url))
        line = await server.line()
        with pytest.raises(httpx.PoolTimeout):
            await http.get(server.url, timeout=httpx.Timeout(None, pool=SOON_S))
        second = asyncio.create_task(http.get(server.url))
        await answered(line, first)
        await answered(line, second)
    assert server.lines == 1


async def test_nobody_there_is_a_connect_error(http: httpx.AsyncClient):
    async with RawServer().running() as gone:
        url = gone.url
    with pytest.raises(httpx.ConnectError):
        await http.get(url)
    with pytest.raises(httpx.ConnectError):
        await http.get("http://" + "a" * 70 + ".invalid/")


@pytest.mark.parametrize("sent", [b"", FINE[:10], FINE[:-1]])
async def test_cancelling_hangs_up(server: RawServer, http: httpx.AsyncClient, sent: bytes):
    asking = asyncio.create_task(http.get(server.url))
    line = await server.line()
    await line.head()
    await line.say(sent)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await line.is_left()


async def test_cancelling_an_upload_hangs_up(server: RawServer, http: httpx.AsyncClient):
    asking = asyncio.create_task(http.post(server.url, content=endless()))
    line = await server.line()
    await line.read(1 << 20)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await line.is_left()


async def test_a_stream_that_is_left_hangs_up(server: RawServer, http: httpx.AsyncClient):
    async def first_piece() -> bytes:
        async with http.stream("GET", server.url) as response:
            return await anext(response.aiter_raw())

    asking = asyncio.create_task(first_piece())
    line = await server.line()
    await line.say(b"HTTP/1.1 200 OK\r\n\r\nfirst")
    assert await asking == b"first"
    await line.is_left()


async def _without_end(server: RawServer) -> Line:
    line = await server.line()
    await line.say(b"HTTP/1.1 200 OK\r\n\r\nwithout end")
    return line


async def test_closing_ends_what_is_under_way_and_may_be_done_twice(server: RawServer):
    transport = Http11Transport()
    http = httpx.AsyncClient(transport=transport)
    resting = await _a_rested(server, http)
    unanswered = asyncio.create_task(http.get(server.url))
    await resting.head()
    begun = asyncio.create_task(_without_end(server))
    async with http.stream("GET", server.url) as response:
        pieces = response.aiter_raw()
        line = await begun
        assert await anext(pieces) == b"without end"
        await transport.aclose()
        await transport.aclose()
        with pytest.raises(httpx.ReadError):
            await anext(pieces)
    with pytest.raises(httpx.ReadError):
        await unanswered
    await resting.is_left()
    await line.is_left()
    await http.aclose()


# ---- certificates and proxies ------------------------------------------------------------------


async def test_a_certificate_of_the_settings_is_trusted_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with RawServer().running(is_secured=True) as server:
        async with httpx.AsyncClient(transport=Http11Transport()) as http:
            asking = asyncio.create_task(http.get(server.url))
            line = await server.line()
            await answered(line, asking)
            await answered(line, asyncio.create_task(http.get(server.url)))
            asking = asyncio.create_task(http.post(server.url, content=endless()))
            await line.read(1 << 20)
            await line.say(FINE)
            assert (await asking).text == "fine"
        monkeypatch.delenv("SSL_CERT_FILE")
        async with httpx.AsyncClient(transport=Http11Transport()) as http:
            with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
                await http.get(server.url)


async def test_a_name_that_the_certificate_has_not_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with (
        RawServer().running(is_secured=True) as server,
        httpx.AsyncClient(transport=Http11Transport()) as http,
    ):
        with pytest.raises(httpx.ConnectError, match=r"(?i)certificate|hostname"):
            await http.get(server.url, extensions={"sni_hostname": "example.org"})


async def test_certificates_that_are_not_there_are_a_connect_error(
    monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient
):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    async with httpx.AsyncClient(transport=Http11Transport()) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("https://127.0.0.1:1/")


def test_a_proxy_of_the_system_is_left_to_httpx(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http11_transport, "getproxies", lambda: {"no": "localhost"})
    assert isinstance(direct_transport(trust_env=True), Http11Transport)
    monkeypatch.setattr(http11_transport, "getproxies", lambda: {"https": "http://127.0.0.1:1"})
    assert direct_transport(trust_env=True) is None
    assert isinstance(direct_transport(trust_env=False), Http11Transport)
