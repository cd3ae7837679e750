"""Any bytes and any events for a reply: its turn ends, and the next one is answered."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.processes.engine_parts import resample_speech
from desktop_app.protocol.commands import CancelReply, ConfigureSession, PromptText, SpeechOutput
from desktop_app.protocol.events import ReplyEnded, ServerEvent, ServerFault, ToolsRequested
from tests.client.test_wire_noise import LINE_SENSE
from tests.fakes.noise import Grammar, Noise

_PICTURE = {"url": "http://127.0.0.1:9/a.png", "document_id": "d", "mime_type": "image/png"}
STREAM = LINE_SENSE.with_good(
    *(json.loads(frame) for frame in LINE_SENSE.good if isinstance(frame, str)),
    {"type": "media_generated", "media": _PICTURE},
    {"type": "memories_retrieved", "memories": [{"id": "m", "memory": "tea"}]},
    {"type": "reasoning_streaming", "reasoning": "Hm."},
    {"type": "run_failed", "error": "no"},
)
GOOD = (
    b'data: {"type":"content_streaming","content":"Well."}\n\n'
    b'data: {"type":"run_ended","status":"completed"}\n\n'
)
SEEDS = range(40)
WITHIN_S = 20


def body_of(seed: int, grammar: Grammar) -> bytes:
    """Events, and lines that are none."""
    chance = random.Random(seed)
    forms = (b"data: %b\n\n", b"data:%b\r\n\r\n", b"data: %b\n", b"event: x\ndata: %b\n\n", b"%b\n")
    weights = (12, 4, 1, 1, 1)
    body = b""
    for frame in Noise(seed, grammar).frames(60):
        payload = frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame
        body += chance.choices(forms, weights)[0] % payload
    return body


def answer_of(seed: int, body: bytes) -> bytes:
    """The body as an answer: cut, chunked, spoilt somewhere, or no HTTP at all."""
    chance = random.Random(seed)
    match chance.randrange(6):
        case 0:
            return chance.randbytes(200) + body
        case 1:
            sizes = [chance.randrange(1, 900) for _ in range(50)]
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            whole = head + b"".join(
                b"%x\r\n%b\r\n" % (len(piece), piece)
                for at, size in enumerate(sizes)
                if (piece := body[sum(sizes[:at]) : sum(sizes[:at]) + size])
            )
            at = chance.randrange(len(whole))
            return whole[:at] + chance.randbytes(1) + whole[at + 1 :]
        case 2:
            status = chance.choice((204, 400, 404, 429, 500, 503))
            return b"HTTP/1.1 %d No\r\n\r\n%b" % (status, body)
        case _:
            return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + body


@asynccontextmanager
async def serving(raved: bytes) -> AsyncIterator[ApiAddress]:
    """A server whose first reply is this, and whose others are good."""
    lines: list[asyncio.Task[Any] | None] = []
    replies = 0

    async def answer(head: bytes) -> bytes:
        nonlocal replies
        if not re.match(rb"POST \S*/messages ", head):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        replies += 1
        if replies == 1:
            return raved
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + GOOD

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(await answer(head))
            await writer.drain()
            writer.write_eof()
            while await reader.read(1 << 16):
                pass
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        yield ApiAddress(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k")
        await asyncio.gather(*filter(None, lines))  # every line is left by its client


async def end_of(transport: MessageTransport, events: Any, turn: int) -> ServerEvent:
    """What ends the turn, or asks for outputs of tools."""
    async for event in events:
        ends = ReplyEnded | ToolsRequested | ServerFault
        if isinstance(event, ends) and event.turn == turn:
            return event
    raise AssertionError("the transport ended before the turn")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_spoken", [False, True])
async def test_a_reply_that_raves_ends_and_the_next_is_given(seed: int, is_spoken: bool):
    raved = answer_of(seed, body_of(seed, STREAM))
    async with asyncio.timeout(WITHIN_S), serving(raved) as address, BackboardApi(address) as api:
        spoken = SpeechOutput() if is_spoken else None
        terms = MessageTerms(make_resample=resample_speech)
        transport = await open_messages(api, ConfigureSession("t", None, spoken), terms)
        events = transport.events()
        try:
            await transport.send(PromptText(1, "Hi"))
            await end_of(transport, events, 1)
            await transport.send(CancelReply(1, 0))
            await transport.send(PromptText(2, "And?"))
            assert isinstance(await end_of(transport, events, 2), ReplyEnded)
        finally:
            await transport.aclose()
