"""A Backboard API on a real socket: answers what the test says, and remembers the requests."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.fakes.forms import SentForm, read_form

LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: ``body`` is parsed JSON, None without one or where it is a form."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    content: bytes = b""

    @property
    def form(self) -> SentForm:
        """The body as a form with files."""
        return read_form(self.headers["content-type"], self.content)


class Stream:
    """One open event stream, written by the test."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def say(self, kind: str, **fields: Any) -> None:
        """One event."""
        await self.write(b"data: " + json.dumps({"type": kind, **fields}).encode() + b"\n\n")

    async def write(self, data: bytes) -> None:
        """Raw bytes of the body."""
        self._writer.write(data)
        await self._writer.drain()

    async def end(self) -> None:
        """Close, which is how a stream ends."""
        self._writer.close()

    def vanish(self) -> None:
        """Break the connection."""
        self._writer.transport.abort()

    async def is_left(self) -> None:
        """Return when the client has closed."""
        async with asyncio.timeout(LIMIT_S):
            while not self._writer.transport.is_closing():
                self._writer.write(b": are you there\n\n")
                await asyncio.sleep(0.01)  # a closed peer shows only when it is written to


class ScriptedBackboard:
    """Answers each request with the next of its ``answers``, or opens a stream.

    Attributes:
        asked: Every request so far, but whether it is there.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: deque[tuple[int, bytes, dict[str, str]]] = deque()
        self._streams: asyncio.Queue[Stream] = asyncio.Queue()
        self._requests: asyncio.Queue[Asked] = asyncio.Queue()
        self._open: list[asyncio.StreamWriter] = []
        self._port = 0

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}/api"

    @property
    def last(self) -> tuple[str, str, Any]:
        """Method, path and JSON of the last request."""
        asked = self.asked[-1]
        return asked.method, asked.path, asked.body

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedBackboard]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
            for writer in self._open:
                writer.transport.abort()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    def answer(self, body: Any = None, *, status: int = 200, **headers: str) -> None:
        """What the next request gets; bytes as they are, everything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._answers.append((status, content, headers))

    def lose(self, sent: bytes = b"") -> None:
        """Break the connection while answering the next request, after these bytes of the body."""
        self._answers.append((0, sent, {}))

    async def stream(self) -> Stream:
        """The next event stream that a client opened: a request without an answer waiting."""
        async with asyncio.timeout(LIMIT_S):
            return await self._streams.get()

    async def request(self) -> Asked:
        """The next request, waiting for it."""
        async with asyncio.timeout(LIMIT_S):
            return await self._requests.get()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        try:
            while (asked := await _read(reader)) is not None:
                if asked.method == "HEAD":  # whether it is there: the API answers so
                    writer.write(b"HTTP/1.1 405 x\r\nContent-Length: 0\r\n\r\n")
                    continue
                self.asked.append(asked)
                self._requests.put_nowait(asked)
                if not self._answers:
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        b"Connection: close\r\n\r\n"
                    )
                    self._streams.put_nowait(Stream(writer))
                    return
                self._reply(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    def _reply(self, writer: asyncio.StreamWriter) -> None:
        status, content, headers = self._answers.popleft()
        if status == 0:
            if content:
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content) + 1}\r\n\r\n"
                writer.write(head.encode() + content)
            writer.close()
            return
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *rest = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    is_json = headers.get("content-type") == "application/json"
    return Asked(method, path, headers, json.loads(body) if body and is_json else None, body)
