"""Microphones that the test opens, plays and unplugs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import SimpleNamespace

from desktop_app.audio.devices import (
    ANY_DEVICE,
    Choice,
    Direction,
    Reason,
    SoundDevice,
    missing,
)
from desktop_app.audio.sound_stream import SoundStream, StreamRequest
from desktop_app.errors import DeviceError


class ScriptedSound:
    """Opens microphones of given formats, one after the other, and lets the test be their card.

    Attributes:
        is_placed: What the open stream is said to be.
        absences: How many more openings find no device.
        listed: What there is; None where there is no library.
    """

    def __init__(self, rate_hz: int = 16_000, channels: int = 1) -> None:
        self.formats = [("Desk mic", rate_hz, channels)]
        self.streams: list[SoundStream] = []
        self.requests: list[StreamRequest] = []
        self.closed: list[SoundStream] = []
        self.is_placed = True
        self.absences = 0
        self.listed: tuple[SoundDevice, ...] | None = ()
        self.on_change: list[Callable[[], None]] = []
        self._has_opened = asyncio.Event()

    async def has_opened(self, count: int) -> None:
        async with asyncio.timeout(5):
            while self.opened < count:
                self._has_opened.clear()
                await self._has_opened.wait()

    @property
    def opened(self) -> int:
        return len(self.streams)

    async def renew(self, before: SoundStream | None, request: StreamRequest) -> SoundStream:
        await asyncio.sleep(0)
        if before is not None:
            await self.close(before)
        if self.absences:
            self.absences -= 1
            raise missing(Direction.INPUT)
        name, rate_hz, channels = self.formats[min(self.opened, len(self.formats) - 1)]
        device = SoundDevice(name, 0, Direction.INPUT, "ALSA", channels, rate_hz)
        raw, choice = SimpleNamespace(active=True), Choice(device, Reason.DEFAULT)
        stream = SoundStream(raw, choice, rate_hz, channels, 0.02, ANY_DEVICE, device)
        self.requests.append(request)
        self.streams.append(stream)
        self._has_opened.set()
        self.is_placed = True
        return stream

    async def close(self, stream: SoundStream) -> None:
        if stream not in self.closed:
            self.closed.append(stream)
            self.requests[self.streams.index(stream)].on_finished()

    async def devices(self) -> tuple[SoundDevice, ...]:
        if self.listed is None:
            raise DeviceError("device.no_portaudio")
        return self.listed

    @contextmanager
    def watched(self, on_change: Callable[[], None]) -> Iterator[None]:
        self.on_change.append(on_change)
        yield
        self.on_change.remove(on_change)

    def look_after(self, stream: SoundStream) -> Future[bool]:
        assert stream is self.streams[-1]
        future: Future[bool] = Future()
        future.set_result(self.is_placed)
        return future

    def misplace(self) -> None:
        self.is_placed = False
        for call in self.on_change:
            call()

    def capture(self, *blocks: bytes) -> None:
        """Call the microphone as a card does: from a thread of its own."""

        def call() -> None:
            for block in blocks:
                self.requests[-1].callback(memoryview(block), 320, None, None)

        card = threading.Thread(target=call)
        card.start()
        card.join()

    def unplug(self) -> None:
        self.requests[-1].on_finished()
