"""The least that Python does between a card and a gateway: what the voice figures stand beside."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pybase64
from websockets.asyncio.client import ClientConnection, connect

from desktop_app.audio.detectors import WebRtcDetector
from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_MS, SPEECH_RATE_HZ
from desktop_app.audio.portaudio import StreamRequest
from desktop_app.audio.ring_buffer import RingBuffer
from desktop_app.client.masked_frame import masked_frame
from tests.benchmarks.card import TickingStream

_PAUSE_S = 0.02
_PERIOD_MS = 10


async def received_s(url: str, turns: int) -> list[float]:
    """When the first chunk of each of ``turns`` replies was in a ring, in monotonic seconds.

    The page's reference ("ref ring"): a WebSocket, one decode, one ring, nothing else.
    """
    ring = RingBuffer(SPEECH_RATE_HZ * 2)
    had: list[float] = []
    async with connect(url, compression=None) as socket:
        for _ in range(turns):
            await socket.send(_prompt())
            had.append(await _first_sound(socket, ring))
            await asyncio.sleep(_PAUSE_S)
    return had


def _prompt() -> str:
    wish = json.dumps({"chunks": 1, "paced": False})
    return json.dumps({"type": "text.prompt", "text": wish})


async def _first_sound(socket: ClientConnection, ring: RingBuffer) -> float:
    """When it was there; returns behind the end of the reply."""
    at_s = 0.0
    while True:
        message = msgspec.json.decode(await socket.recv(decode=False))
        match message["type"]:
            case "assistant.audio.chunk":
                ring.write(pybase64.b64decode(message["audio"], validate=True))
                at_s = at_s or time.monotonic()
                ring.discard()
            case "assistant.audio.end":
                return at_s


class Work(Enum):
    """What is done with each frame of a microphone before it is at the server.

    Attributes:
        FLOOR: The card's callback writes it to the socket: the page's floor.
        PAGE: The callback detects and encodes, the loop only writes: the page's reference, "ref".
        SAME: The page's reference with what a conversation asks for too: a loudspeaker that is
            open and silent, and each frame in a file before it is sent.
    """

    FLOOR = "floor"
    PAGE = "page"
    SAME = "same"


@asynccontextmanager
async def talking(url: str, work: Work) -> AsyncIterator[tuple[TickingStream, ...]]:
    """The cards of a conversation whose sound goes straight to a socket, the microphone first."""
    with TemporaryDirectory() as folder, FileIO(Path(folder) / "kept", "ab") as kept:
        async with connect(url, compression=None) as socket:
            sender = _Sender(socket, work, kept)
            cards = [TickingStream(_microphone(sender.on_heard))]
            if work is Work.SAME:
                cards.append(TickingStream(_loudspeaker()))
            try:
                yield tuple(cards)
            finally:
                for card in cards:
                    await asyncio.to_thread(card.stop)


class _Sender:
    def __init__(self, socket: ClientConnection, work: Work, kept: FileIO) -> None:
        self._transport = socket.transport
        self._work = work
        self._kept = kept
        self._detector = WebRtcDetector()
        self._loop = asyncio.get_running_loop()
        self._wire = socket.transport.get_extra_info("socket").fileno()

    def on_heard(self, indata: memoryview, *_: object) -> None:
        """The card's thread."""
        pcm = bytes(indata)
        if self._work is Work.FLOOR:
            os.write(self._wire, masked_frame(pcm, is_text=False))
            return
        self._detector.is_speech(pcm)
        text = b'{"type":"audio.append","audio":"' + pybase64.b64encode(pcm) + b'"}'
        frame = masked_frame(text, is_text=True)
        if self._work is Work.PAGE:
            self._loop.call_soon_threadsafe(self._transport.write, frame)
        else:
            self._loop.call_soon_threadsafe(self._keep_and_write, pcm, frame)

    def _keep_and_write(self, pcm: bytes, frame: bytes) -> None:
        self._kept.write(pcm)
        self._transport.write(frame)


def _microphone(on_heard: Callable[..., None]) -> StreamRequest:
    return StreamRequest(Direction.INPUT, CAPTURE_RATE_HZ, FRAME_MS, on_heard, lambda: None)


def _loudspeaker() -> StreamRequest:
    def on_wanted(outdata: memoryview, *_: object) -> None:
        outdata[:] = bytes(len(outdata))

    return StreamRequest(Direction.OUTPUT, SPEECH_RATE_HZ, _PERIOD_MS, on_wanted, lambda: None)
