"""A small HTTP server for stand-ins: real sockets, every request kept, answers that may break."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.forms import SentForm, read_form


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What arrived; names of headers are in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def form(self) -> SentForm:
        """The body as a form with files."""
        return read_form(self.headers.get("content-type", ""), self.body)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What is sent back, chunked.

    Attributes:
        is_cut: The connection is dropped after the last piece.
        is_endless: Nothing follows the last piece, and the connection stays.
        waits_for: Nothing is sent before it is set.
    """

    status: int = 200
    content_type: str = "application/json"
    pieces: tuple[bytes, ...] = (b"{}",)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False
    is_endless: bool = False
    waits_for: asyncio.Event | None = None


def json_answer(body: Any, status: int = 200, **headers: str) -> HttpAnswer:
    """JSON; underscores in the names of headers become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpAnswer(status, pieces=(json.dumps(body).encode(),), headers=named)


@dataclass
class HttpServer:
    """Answers with what is planned, in order, then with what ``respond`` says.

    Attributes:
        url: Where it listens.
        requests: What arrived, oldest first.
        planned: Answers that come before the regular ones.
        closed: How many connections ended, by whichever side.
    """

    respond: Callable[[HttpRequest], HttpAnswer]
    url: str = ""
    requests: list[HttpRequest] = field(default_factory=list)
    planned: deque[HttpAnswer] = field(default_factory=deque)
    closed: int = 0

    def plan(self, *answers: HttpAnswer) -> None:
        """Answer the next requests so."""
        self.planned.extend(answers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            request = await _read(reader)
            self.requests.append(request)
            answer = self.planned.popleft() if self.planned else self.respond(request)
            await _send(answer, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away: some tests do just that
        finally:
            writer.close()
            self.closed += 1


async def _read(reader: asyncio.StreamReader) -> HttpRequest:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join([piece async for piece in _chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    address = urlsplit(target)
    query = dict(parse_qsl(address.query))
    return HttpRequest(method, unquote(address.path), query, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)


async def _send(
    answer: HttpAnswer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if answer.waits_for is not None:
        await answer.waits_for.wait()
    head = [
        f"HTTP/1.1 {answer.status} X",
        f"Content-Type: {answer.content_type}",
        "Transfer-Encoding: chunked",
        "Connection: close",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    for piece in filter(None, answer.pieces):
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
    if answer.is_endless:
        await reader.read()  # until the client goes
    elif not answer.is_cut:
        writer.write(b"0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def http_server(respond: Callable[[HttpRequest], HttpAnswer]) -> AsyncIterator[HttpServer]:
    """A running server on a free port."""
    fake = HttpServer(respond)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
