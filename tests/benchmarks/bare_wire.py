"""The least that Python does between a card and a gateway: what the voice figures stand beside."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pybase64
from websockets.asyncio.client import ClientConnection, connect

from desktop_app.audio.detectors import SpeechDetector
from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_MS, SPEECH_RATE_HZ
from desktop_app.audio.portaudio import StreamRequest
from desktop_app.audio.ring_buffer import RingBuffer
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


@asynccontextmanager
async def talking(
    url: str, detector: SpeechDetector | None
) -> AsyncIterator[tuple[TickingStream, ...]]:
    """The cards of a conversation whose sound goes straight to a socket; the microphone is first.

    Args:
        url: Where to.
        detector: Hears each frame in the card's callback, as the page's reference ("ref") does.
            What else a conversation asks of a microphone is done too: the loudspeaker is open
            and silent, and each frame is in a file before it is sent. None: nothing of all
            this, the least that a loop can do with a microphone.
    """
    loop = asyncio.get_running_loop()
    frames: asyncio.Queue[bytes] = asyncio.Queue()

    def on_heard(indata: memoryview, *_: object) -> None:
        pcm = bytes(indata)
        if detector is not None:
            detector.is_speech(pcm)
        loop.call_soon_threadsafe(frames.put_nowait, pcm)

    async def send(socket: ClientConnection, kept: FileIO) -> None:
        while True:
            pcm = await frames.get()
            if detector is not None:
                kept.write(pcm)
            await socket.send(pcm)

    with TemporaryDirectory() as folder, FileIO(Path(folder) / "kept", "ab") as kept:
        async with connect(url, compression=None) as socket:
            cards = [TickingStream(_microphone(on_heard))]
            if detector is not None:
                cards.append(TickingStream(_loudspeaker()))
            sending = asyncio.create_task(send(socket, kept))
            try:
                yield tuple(cards)
            finally:
                for card in cards:
                    await asyncio.to_thread(card.stop)
                sending.cancel()


def _microphone(on_heard: Callable[..., None]) -> StreamRequest:
    return StreamRequest(Direction.INPUT, CAPTURE_RATE_HZ, FRAME_MS, on_heard, lambda: None)


def _loudspeaker() -> StreamRequest:
    def on_wanted(outdata: memoryview, *_: object) -> None:
        outdata[:] = bytes(len(outdata))

    return StreamRequest(Direction.OUTPUT, SPEECH_RATE_HZ, _PERIOD_MS, on_wanted, lambda: None)
