"""S4 of the performance page: what one request to the embedded service takes, and its streams.

Round trips are judged as the page says, by the ratio of its goal to its floor: its times are those
of another machine and only describe. The floor is its kind of work, an ``asyncio.Protocol`` by hand
that answers anything with as many bytes; they are measured in turns.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.service.messages.message_stream import frames_of_events, stream_response
from tests.benchmarks.figures import Figure, PageGoal, Spread, percentile
from tests.fakes.service import RealService, real_service

ROOT = Path(__file__).parents[2]
TURNS, ROUNDS = 10, 200
GET, PAGE, ECHO = PageGoal(110, 17), PageGoal(130, 24), PageGoal(40, 16)
MESSAGES = 100
EVENTS = 50_000


def figures() -> list[Figure]:
    """All of them, beside a server by hand that answers with as many bytes."""
    with tempfile.TemporaryDirectory() as folder, real_service(Path(folder)) as service:
        thread_id = _filled_thread(service)
        page = f"/api/threads/{thread_id}"
        return [
            _get_figure("GET", service, "/health", GET),
            _get_figure(f"page of {MESSAGES} messages", service, page, PAGE),
            _echo_figure(service),
            asyncio.run(_framing()),
        ]


def _filled_thread(service: RealService) -> str:
    """A thread of messages that nobody answered."""
    headers = {"X-API-Key": service.api.key}
    with httpx.Client(base_url=service.api.base_url, headers=headers, trust_env=False) as http:
        assistant = http.post("/assistants", json={"name": "Bench"}).json()
        path = f"/assistants/{assistant['assistant_id']}/threads"
        thread_id: str = http.post(path, json={}).json()["thread_id"]
        text = "What do you know about the weather in the mountains? " * 4
        for _ in range(MESSAGES):
            body = {"content": text, "thread_id": thread_id, "send_to_llm": "false"}
            http.post("/threads/messages", json=body).raise_for_status()
    return thread_id


def _get_figure(what: str, service: RealService, path: str, goal: PageGoal) -> Figure:
    address = urlsplit(service.api.base_url)
    assert address.port is not None
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nX-API-Key: {service.api.key}\r\n\r\n"
    ).encode()
    with _connected(address.port) as line:
        size = len(_answer(line, request))
        with _by_hand(size) as port, _connected(port) as bare:
            times, floor = _in_turns_us(
                lambda: _answer(line, request), lambda: _answer(bare, request)
            )
    return _figure(f"service: {what}, round trip", times, floor, goal, {"bytes": size})


def _echo_figure(service: RealService) -> Figure:
    """A ping and its pong: what any small message costs both ways."""
    address = urlsplit(service.voice.url)
    assert address.port is not None
    frame = _text_frame(json.dumps({"type": "ping", "id": 1}).encode())
    with _connected(address.port) as line:
        key = base64.b64encode(os.urandom(16)).decode()
        line.sendall(
            f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {service.voice.key}\r\n\r\n".encode()
        )
        while b'"session.ready"' not in line.recv(1 << 16):
            pass
        with _by_hand(32) as port, _connected(port) as bare:
            times, floor = _in_turns_us(
                lambda: _pong(line, frame), lambda: _answer(bare, b"GET / HTTP/1.1\r\n\r\n")
            )
    return _figure("service: WebSocket ping and pong", times, floor, ECHO, {})


def _figure(
    what: str, times: list[float], floor: list[float], goal: PageGoal, notes: dict[str, float | str]
) -> Figure:
    p50 = percentile(times, 0.5)
    return Figure(
        "S4",
        what,
        "us",
        Spread.of(times),
        f"p50 {goal.said('us')}",
        goal.is_met(p50, percentile(floor, 0.5)),
        Spread.of(floor),
        {"p50": p50, "p99": percentile(times, 0.99), "floor_is": "asyncio by hand", **notes},
    )


async def _framing() -> Figure:
    """Events of a run to frames in the server framework's hands, without the socket."""

    async def events() -> object:
        for _ in range(EVENTS):
            yield StreamEvent(type="content_streaming", content="Hello ")

    async def send(_message: object) -> None:
        pass

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    rates = []
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    for _ in range(5):
        response = stream_response(frames_of_events(events()))  # type: ignore[arg-type]
        before = time.process_time()
        await response(scope, receive, send)  # type: ignore[arg-type]
        rates.append(EVENTS / (time.process_time() - before) / 1000)
    measured = Spread.of(rates)
    met = measured.median >= 100
    return Figure(
        "S4", "service: SSE events framed", "1000/s", measured, ">= 100,000 a second", met
    )


# ---- by hand ------------------------------------------------------------------------------------


@contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield line


def _answer(line: socket.socket, request: bytes) -> bytes:
    """The body of the next answer, which has a Content-Length."""
    line.sendall(request)
    got = line.recv(1 << 16)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += line.recv(1 << 16)
    head = got[:end].lower()
    size = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
    while len(got) < end + 4 + size:
        got += line.recv(1 << 16)
    assert head.startswith(b"http/1.1 200"), head
    return got[end + 4 :]


def _text_frame(text: bytes) -> bytes:
    """A small text frame of a client, masked with zeros."""
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text


def _pong(line: socket.socket, frame: bytes) -> None:
    line.sendall(frame)
    got = line.recv(1 << 12)
    while len(got) < 2 or len(got) < 2 + struct.unpack_from("B", got, 1)[0]:
        got += line.recv(1 << 12)
    assert b'"pong"' in got, got


def _in_turns_us(
    work: Callable[[], object], floor: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Wall time of each round of both, after some to warm up."""
    turns = [(_times_us(work), _times_us(floor)) for _ in range(1 + TURNS)][1:]
    return [one for ours, _ in turns for one in ours], [one for _, least in turns for one in least]


def _times_us(work: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        before = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - before) / 1000)
    return times


_BY_HAND = """
import asyncio, sys
body = bytes(int(sys.argv[1]))
answer = b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body
class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(answer)
async def main():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def _by_hand(size: int) -> Iterator[int]:
    """The least that a server in this language does; answers anything with so many bytes."""
    command = [sys.executable, "-c", _BY_HAND, str(size)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
