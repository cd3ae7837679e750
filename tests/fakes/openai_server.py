"""A stand-in for OpenAI-compatible and local model servers, on a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Pieces = list[bytes | None]


@dataclass
class OpenAiServer:
    """Answers each path with prepared bytes, and keeps what it was asked.

    Attributes:
        port: Where it listens on 127.0.0.1.
        answers: By path: status, content type, pieces; a piece None cuts the connection.
        requests: Head and body of each request, as text.
    """

    port: int = 0
    answers: dict[str, tuple[int, str, Pieces]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def stream(self, *lines: str, piece: int = 0, cut: bool = False) -> None:
        """Answer a chat with these data lines, in pieces of ``piece`` bytes (0: whole lines)."""
        wire = [f"data: {line}\n\n".encode() for line in lines]
        if piece:
            whole = b"".join(wire)
            wire = [whole[at : at + piece] for at in range(0, len(whole), piece)]
        pieces: Pieces = [*wire, None] if cut else [*wire]
        self.answers["/v1/chat/completions"] = (200, "text/event-stream", pieces)

    def answer(self, path: str, text: str, *, status: int = 200) -> None:
        """Answer ``path`` with JSON."""
        self.answers[path] = (status, "application/json", [text.encode()])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            body = await reader.readexactly(_length_of(head))
            self.requests.append(head + body.decode())
            await self._answer(head.split()[1], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away: some tests do just that
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        status, kind, pieces = self.answers.get(path, (404, "application/json", [b"{}"]))
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        for piece in pieces:
            if piece is None:
                return
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _length_of(head: str) -> int:
    headers: Mapping[str, Any] = {
        name.lower(): value
        for name, _, value in (line.partition(":") for line in head.split("\r\n"))
    }
    return int(headers.get("content-length", 0))


@asynccontextmanager
async def openai_server() -> AsyncIterator[OpenAiServer]:
    """A running server on a free port."""
    fake = OpenAiServer()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()


def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
