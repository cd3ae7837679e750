"""S1 to S3 of the performance page: event streams parsed and received, and the ring.

S1 and S3 are judged as the page says, by the ratio of its goal to its floor: its times are those of
another machine and only describe. Both floors are the page's kind of work, bytes found and decoded
without transport or types, and one copy into or out of a ring with 20 s of sound. S2's is not: the
page had a client with a C parser, here streams are read by hand, so its goal stays in microseconds.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import httpx
from backboard import BackboardClient

from desktop_app.audio.ring_buffer import RingBuffer
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.reply_stream import reply_events
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.sse import SseDecoder
from desktop_app.protocol.stream_dialect import StreamDialect
from tests.benchmarks.figures import Figure, PageGoal, Spread
from tests.benchmarks.stream_wire import (
    floor_of_sound,
    floor_of_text,
    joined,
    sound_events,
    text_events,
)

ROOT = Path(__file__).parents[2]
RUNS = 7
PARSING = {"text": PageGoal(1.3, 0.45), "sound": PageGoal(4.5, 1.5)}
RECEIVING_US = {"text": 8.0, "sound": 28.0}
PUSH, PULL = PageGoal(350, 150), PageGoal(400, 190)
GROWTH = 1.3
"""Ten times the work may cost at most so many times as much for each event."""


def figures() -> list[Figure]:
    """All of them."""
    return [*asyncio.run(parsing()), *asyncio.run(receiving()), *ring()]


async def parsing() -> list[Figure]:
    """S1: bytes that are there already become our events."""
    found = []
    for kind, events in (("text", text_events()), ("sound", sound_events())):
        floor = floor_of_text if kind == "text" else floor_of_sound
        found.append(await _parsed(kind, events, floor))
    return found


async def _parsed(kind: str, events: list[bytes], floor: Callable[[list[bytes]], int]) -> Figure:
    count = len(events)
    ours, floors, tenfold = [], [], []
    for _ in range(RUNS):
        ours.append(_cost_us(lambda: _decode(events), count))
        floors.append(_cost_us(lambda: floor(events), count))
        tenfold.append(_cost_us(lambda: _decode(events * 10), count * 10))
    packed = joined(events)
    in_64k = [_cost_us(lambda: _decode(packed), count) for _ in range(RUNS)]
    wire = b"".join(events[: max(1, (256 << 10) // len(events[0]))])
    by_byte = _cost_us(lambda: _decode([wire[at : at + 1] for at in range(len(wire))]), len(wire))
    sdk = [await _acost_us(lambda: _sdk_parses(events), count) for _ in range(RUNS)]
    measured, least, goal = Spread.of(ours), Spread.of(floors), PARSING[kind]
    growth = Spread.of(tenfold).median / measured.median
    return Figure(
        "S1",
        f"SSE to events, CPU per {'text delta' if kind == 'text' else '8 KiB of speech'}",
        "us",
        measured,
        f"{goal.said('us')}, linear",
        goal.is_met(measured.median, least.median) and growth <= GROWTH,
        least,
        {
            "in_64_KiB_chunks": Spread.of(in_64k).median,
            "per_byte_in_chunks_of_one": by_byte,
            "growth_at_10_times": growth,
            "official_sdk": Spread.of(sdk).median,
            "official_sdk_ratio": Spread.of(sdk).median / measured.median,
        },
    )


def _decode(chunks: list[bytes]) -> None:
    decoder, dialect = SseDecoder(), StreamDialect(1)
    for chunk in chunks:
        for data in decoder.feed(chunk):
            dialect.feed(data)


async def _sdk_parses(chunks: list[bytes]) -> None:
    """The SDK's own loop over the same bytes, without a socket."""

    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=body()))
    client = BackboardClient("key", "http://127.0.0.1/api")
    await client._client.aclose()
    client._client = httpx.AsyncClient(transport=transport)
    await _sdk_reads(client, "")


async def receiving() -> list[Figure]:
    """S2: the same through the HTTP client, over loopback from another process."""
    found = []
    async with _peer() as base_url:
        for kind, events in (("text", text_events()), ("sound", sound_events())):
            count = len(events)
            ours, sdk, floors, bare = [], [], [], []
            for _ in range(RUNS):
                floors.append(await _acost_us(lambda k=kind: _by_hand(base_url, k), count))
                ours.append(await _acost_us(lambda k=kind: _received(base_url, k), count))
                sdk.append(await _acost_us(lambda k=kind: _sdk_received(base_url, k), count))
                bare.append(await _acost_us(lambda k=kind: _thrown_away(base_url, k), count))
            measured, goal = Spread.of(ours), RECEIVING_US[kind]
            sdk_us = Spread.of(sdk).median
            what = "text delta" if kind == "text" else "8 KiB of speech"
            found.append(
                Figure(
                    "S2",
                    f"SSE over HTTP to events, CPU per {what}",
                    "us",
                    measured,
                    f"<= {goal} us",
                    measured.median <= goal,
                    Spread.of(floors),
                    {
                        "floor_is": "asyncio streams by hand, not the page's client",
                        "http_client_alone": Spread.of(bare).median,
                        "official_sdk": sdk_us,
                        "official_sdk_ratio": sdk_us / measured.median,
                    },
                )
            )
    return found


async def _received(base_url: str, kind: str) -> None:
    async with BackboardApi(ApiAddress(base_url)) as api:
        stream = api.messages.stream(MessageRequest(content=kind))
        async with aclosing(stream), aclosing(reply_events(stream, StreamDialect(1))) as events:
            async for _ in events:
                pass


async def _sdk_received(base_url: str, kind: str) -> None:
    async with BackboardClient("key", base_url) as client:
        await _sdk_reads(client, kind)


async def _sdk_reads(client: BackboardClient, content: str) -> None:
    """The sound decoded as its users do."""
    async for event in await client.send_message(content, stream=True):
        if event["type"] == "tts_audio_chunk":
            base64.b64decode(event["data"])


async def _thrown_away(base_url: str, kind: str) -> None:
    """What the HTTP client costs whose bytes nobody looks at."""
    path = f"{base_url}/threads/messages"
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("POST", path, json={"content": kind}) as response,
    ):
        async for _ in response.aiter_raw():
            pass


async def _by_hand(base_url: str, kind: str) -> None:
    port = int(base_url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"content": kind}).encode()
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    floor = floor_of_text if kind == "text" else floor_of_sound
    while chunk := await reader.read(64 << 10):
        floor([chunk])
    writer.close()


@asynccontextmanager
async def _peer() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.stream_peer",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/api"
    finally:
        process.kill()
        await process.wait()


def ring() -> list[Figure]:
    """S3: 40 ms in, 10 ms out, beside the bare copies."""
    chunk, period = bytes(40 * 48), memoryview(bytearray(10 * 48))
    buffer, bare = RingBuffer(1 << 20), memoryview(bytearray(1 << 20))

    def push() -> None:
        for _ in range(500):
            buffer.write(chunk)

    def pull() -> None:
        for _ in range(2_000):
            buffer.read_into(period)

    def copy_in() -> None:
        for at in range(0, 500 * len(chunk), len(chunk)):
            bare[at : at + len(chunk)] = chunk

    def copy_out() -> None:
        for at in range(0, 2_000 * len(period), len(period)):
            period[:] = bare[at : at + len(period)]

    costs = [
        [_cost_us(work, 500) * 1000 for work in (push, copy_in)]
        + [_cost_us(work, 2_000) * 1000 for work in (pull, copy_out)]
        for _ in range(40)
    ]
    pushed, copied_in, pulled, copied_out = (Spread.of(each) for each in zip(*costs, strict=True))
    return [
        _ring_figure("push 40 ms", pushed, PUSH, copied_in),
        _ring_figure("pull 10 ms", pulled, PULL, copied_out),
    ]


def _ring_figure(what: str, measured: Spread, goal: PageGoal, floor: Spread) -> Figure:
    met = goal.is_met(measured.median, floor.median)
    return Figure("S3", f"ring: {what}", "ns", measured, goal.said("ns"), met, floor)


def _cost_us(work: Callable[[], object], count: int) -> float:
    """CPU of this process for each of ``count`` pieces of work."""
    gc.collect()
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1000 / count


async def _acost_us(work: Callable[[], Awaitable[object]], count: int) -> float:
    gc.collect()
    before = time.process_time_ns()
    await work()
    return (time.process_time_ns() - before) / 1000 / count
