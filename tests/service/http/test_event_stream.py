"""Streams that say something while nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.service.http import event_stream
from desktop_app.service.http.event_stream import EventStream

SCOPE = {"type": "http", "asgi": {"spec_version": "2.4"}}


class Reader:
    """What a server would send on.

    Attributes:
        was_told: Set by the first comment.
    """

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.was_told = asyncio.Event()
        self.is_over = False

    async def send(self, message) -> None:
        assert not self.is_over
        if message["type"] == "http.response.body":
            self.pieces.append(message["body"])
            self.is_over = not message["more_body"]
            if message["body"].startswith(b":"):
                self.was_told.set()

    async def receive(self):
        await asyncio.Event().wait()


async def test_a_comment_is_sent_where_no_event_comes(monkeypatch):
    monkeypatch.setattr(event_stream, "QUIET_S", 0)
    reader = Reader()

    async def frames() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await reader.was_told.wait()
        yield b"data: 2\n\n"

    async with asyncio.timeout(10):
        await EventStream(frames())(SCOPE, reader.receive, reader.send)
    events = [piece for piece in reader.pieces if piece.startswith(b"data")]
    assert events == [b"data: 1\n\n", b"data: 2\n\n"]
    assert set(reader.pieces) - set(events) == {b":\n\n", b""}
    assert reader.is_over


async def test_events_that_come_in_time_need_no_comments():
    async def frames() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"data: 1\n\n"

    reader = Reader()
    await EventStream(frames())(SCOPE, reader.receive, reader.send)
    assert reader.pieces == [b"data: 1\n\n"] * 3 + [b""]


async def test_a_lost_connection_is_told_as_itself():
    async def frames() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"

    async def send(_message) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await EventStream(frames()).stream_response(send)


async def test_a_client_reads_past_comments():
    from desktop_app.protocol.sse import SseDecoder

    decoder = SseDecoder()
    assert decoder.feed(b':\n\ndata: {"a": 1}\n\n:\n\n') == [b'{"a": 1}']
