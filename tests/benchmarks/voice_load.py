"""Many voice clients at once that speak in real time: a load that costs little itself.

Frames are encoded and masked once, and those of the server are cut out by hand, so that the load's
own core can carry hundreds of sockets, and is not late itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

FRAME_MS = 20
SPEECH_FRAMES = 150
REST_FRAMES = 75  # between the end of one utterance and the next one
_FIRST_FRAMES = SPEECH_FRAMES - 25
"""The first client commits after half a second, the others evenly spread over a turn."""

_SOUND = bytes(range(1, 161)) * 4  # 20 ms at 16 kHz


def _masked(opcode: Opcode, data: bytes) -> bytes:
    return Frame(opcode, data).serialize(mask=True)


_SOUND_FRAME = _masked(Opcode.BINARY, _SOUND)
_COMMIT_FRAME = _masked(Opcode.TEXT, json.dumps({"type": "audio.commit"}).encode())
_CONFIGURE = {
    "type": "session.configure",
    "stt": {"commit_strategy": "manual", "sample_rate": 16_000, "audio_format": "pcm_16000"},
    "tts": {"output_format": "pcm_24000"},
}


@dataclass
class Measured:
    """What all clients saw.

    Attributes:
        first_sound_ms: From the commit of an utterance to the first sound of the reply.
        turns: How many replies came whole.
        broken: How many clients were cut off.
        late_ms: How late the load itself was, for each millisecond that it began late.
        on_time: How many it began on time.
    """

    first_sound_ms: list[float] = field(default_factory=list)
    turns: int = 0
    broken: int = 0
    late_ms: list[float] = field(default_factory=list)
    on_time: int = 0


class Client(asyncio.Protocol):
    """One person who speaks, waits for the reply, and speaks again."""

    def __init__(self, url: str, number: int, count: int, measured: Measured) -> None:
        self._measured = measured
        self._protocol = ClientProtocol(parse_uri(url), max_size=None)
        self._session_id = f"load-{number}"
        self._transport: asyncio.Transport | None = None
        self._is_ready = asyncio.Event()
        self._frames = _FIRST_FRAMES + number * (SPEECH_FRAMES + REST_FRAMES) // count
        self._committed_s: float | None = None
        self._is_over = False
        self._unread = b""

    async def ready(self) -> None:
        """Return when the session is configured."""
        await self._is_ready.wait()

    def tick(self) -> None:
        """Say the next 20 ms."""
        transport = self._transport
        if transport is None or self._is_over:
            return
        self._frames += 1
        at = self._frames % (SPEECH_FRAMES + REST_FRAMES)
        if at < SPEECH_FRAMES:
            transport.write(_SOUND_FRAME)
        elif at == SPEECH_FRAMES:
            self._committed_s = time.monotonic()
            transport.write(_COMMIT_FRAME)

    def close(self) -> None:
        self._is_over = True
        if self._transport is not None:
            self._transport.close()

    # ---- asyncio.Protocol -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        at_s = time.monotonic()
        if self._protocol.state is State.OPEN:
            self._cut(self._unread + data, at_s)
            return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):  # it came along with the end of the handshake
                self._take(event.opcode, bytes(event.data), at_s)
        self._flush()

    def _cut(self, data: bytes, at_s: float) -> None:
        at = 0
        while (bounds := _bounds(data, at)) is not None:
            begin, end = bounds
            opcode = Opcode(data[at] & 0x0F)
            self._take(opcode, data[begin : end if opcode is Opcode.PING else begin + 40], at_s)
            at = end
        self._unread = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_over:
            self._measured.broken += 1
        self._transport = None
        self._is_ready.set()

    def _take(self, opcode: Opcode, data: bytes, at_s: float) -> None:
        """Called with the beginning of a frame, or with a whole ping."""
        kind = data[9:40] if opcode is Opcode.TEXT else b""  # {"type":"...
        if opcode is Opcode.PING and self._transport is not None:
            self._transport.write(_masked(Opcode.PONG, data))
        elif kind.startswith(b"session.ready"):
            assert self._transport is not None
            configure = json.dumps(_CONFIGURE | {"session_id": self._session_id})
            self._transport.write(_masked(Opcode.TEXT, configure.encode()))
        elif kind.startswith(b"session.configured"):
            self._is_ready.set()
        elif kind.startswith(b"assistant.audio.start") and self._committed_s is not None:
            self._measured.first_sound_ms.append((at_s - self._committed_s) * 1000)
            self._committed_s = None
        elif kind.startswith(b"assistant.audio.end"):
            self._measured.turns += 1

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and self._transport is not None:
                self._transport.write(data)


def _bounds(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the content of the server's frame at ``at`` begins and ends, if it is all there."""
    if len(data) < at + 2:
        return None
    length, begin = data[at + 1], at + 2
    if length >= 126:
        begin += 2 if length == 126 else 8
        length = int.from_bytes(data[at + 2 : begin], "big")
    end = begin + length
    return (begin, end) if end <= len(data) else None


async def speak(url: str, port: int, count: int, seconds: float) -> Measured:
    """Let so many clients converse for so long, evenly spread over each turn and each 20 ms."""
    measured = Measured()
    loop = asyncio.get_running_loop()
    clients = [Client(url, number, count, measured) for number in range(count)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
        await client.ready()
    await _tick(clients, seconds, measured)
    for client in clients:
        client.close()
    return measured


async def _tick(clients: list[Client], seconds: float, measured: Measured) -> None:
    """Each client has its own millisecond of the 20."""
    slots = [clients[at::FRAME_MS] for at in range(FRAME_MS)]
    start_s = time.monotonic()
    for number in range(round(seconds * 1000)):
        wait_s = start_s + number / 1000 - time.monotonic()
        if wait_s > 0:
            measured.on_time += 1
            await asyncio.sleep(wait_s)
        else:
            measured.late_ms.append(-wait_s * 1000)
            await asyncio.sleep(0)
        for client in slots[number % FRAME_MS]:
            client.tick()
