"""A stand-in for OpenAI and for servers of its dialect, on a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai_answers import MODELS, answer_of
from tests.fakes.openai_videos import VideoJobs

Pieces = list[bytes | None]


@dataclass(frozen=True)
class Asked:
    """One request: its head as text and its body as it came."""

    method: str
    path: str
    head: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Hold:
    """Keeps an answer back once its request is there, until ``go_on`` is set."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Answer:
    """What goes back; a piece None cuts the connection."""

    status: int
    kind: str
    pieces: Pieces
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: Hold | None = None


@dataclass
class OpenAiServer:
    """Answers each path with what was prepared for it, else faithfully; keeps what it was asked.

    Unprepared, it lists ``MODELS`` and serves chats (whole or streamed; "call NAME" in the last
    message calls the tool of that name), embeddings, pictures and edits of them as OpenAI does.

    Attributes:
        port: Where it listens on 127.0.0.1.
        answers: By path: status, content type, pieces; a piece None cuts the connection.
        refusals: By path: answers that come first, each once.
        key: Every request must carry it, where it is not empty.
        models: What ``/v1/models`` lists.
        videos: Its jobs for videos.
        requests: Head and body of each request, as text.
        asked: The same, taken apart.
    """

    port: int = 0
    answers: dict[str, tuple[int, str, Pieces]] = field(default_factory=dict)
    refusals: dict[str, list[Answer]] = field(default_factory=dict)
    key: str = ""
    models: tuple[str, ...] = MODELS
    videos: VideoJobs = field(default_factory=VideoJobs)
    requests: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

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

    def refuse(
        self,
        path: str,
        status: int,
        body: str = "",
        *,
        kind: str = "",
        times: int = 1,
        **headers: str,
    ) -> None:
        """Refuse the next requests of ``path``; ``retry_after`` becomes that header."""
        kind = kind or ("application/json" if body.startswith("{") else "text/html")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        refusal = Answer(status, kind, [body.encode()], named)
        self.refusals.setdefault(path, []).extend([refusal] * times)

    def asked_of(self, path: str) -> list[Asked]:
        """The requests of one path, in order."""
        return [each for each in self.asked if each.path == path]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            body = await _body(reader, head)
            self.requests.append(head + body.decode("utf-8", "replace"))
            method, path = head.split()[:2]
            self.asked.append(Asked(method, path, head, body))
            answer = self._answer_to(self.asked[-1])
            if answer.hold is not None:
                answer.hold.reached.set()
                await answer.hold.go_on.wait()
            await _send(answer, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away: some tests do just that
        finally:
            writer.close()

    def _answer_to(self, asked: Asked) -> Answer:
        if waiting := self.refusals.get(asked.path):
            return waiting.pop(0)
        if asked.path in self.answers:
            return Answer(*self.answers[asked.path])
        if self.key and f"bearer {self.key}".lower() not in asked.head.lower():
            return Answer(401, "application/json", [_error("Incorrect API key provided.")])
        if sent := self.videos.answer(asked.method, asked.path, asked.head, asked.body):
            return Answer(*sent)
        status, kind, pieces = answer_of(
            asked.method, asked.path, asked.head, asked.body, self.models
        )
        return Answer(status, kind, [*pieces])


def _error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


async def _body(reader: asyncio.StreamReader, head: str) -> bytes:
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.split("\r\n"))
    }
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


async def _send(answer: Answer, writer: asyncio.StreamWriter) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    writer.write(
        f"HTTP/1.1 {answer.status} X\r\nContent-Type: {answer.kind}\r\n{headers}"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    )
    for piece in answer.pieces:
        if piece is None:
            return
        if piece:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


@asynccontextmanager
async def openai_server(
    prepare: Callable[[OpenAiServer], None] | None = None,
) -> AsyncIterator[OpenAiServer]:
    """A running server on a free port."""
    fake = OpenAiServer()
    if prepare is not None:
        prepare(fake)
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
