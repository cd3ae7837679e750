"""A microphone that hears what the test draws: ``#`` is a frame of speech, ``.`` of silence."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable

from desktop_app.audio.devices import ANY_DEVICE, DeviceWish, SoundDevice
from desktop_app.audio.frames import FRAME_BYTES, FRAME_MS, AudioFrame
from desktop_app.engine.ports import Time
from desktop_app.errors import DeviceError
from tests.fakes.virtual_time import rounds

SILENCE = bytes(FRAME_BYTES)
_LOUD = 8000
_SAID = 500


def speech_frame(number: int) -> bytes:
    """A loud frame; its first sample carries ``number``, so that order can be checked."""
    samples = FRAME_BYTES // 2
    values = [number % 1000 + 1] + [_LOUD if at % 8 < 4 else -_LOUD for at in range(1, samples)]
    return struct.pack(f"<{samples}h", *values)


class DrawnMicrophone:
    """Satisfies ``engine.ports.Microphone``.

    Attributes:
        refusals: Errors that the next calls of ``open`` raise, first in first out.
        is_open: Whether the device is held.
        opened: How often it was opened.
        is_muted, name: What it says of itself; the test sets it.
        alternatives: What ``others`` answers; ``wish`` is what ``use`` was told.
        said: The latest frames of speech that were drawn, in order.
    """

    def __init__(self, time: Time, *, name: str = "Drawn microphone") -> None:
        self.refusals: deque[DeviceError] = deque()
        self.is_open = False
        self.opened = 0
        self.is_muted = False
        self.alternatives: tuple[SoundDevice, ...] = ()
        self.wish = ANY_DEVICE
        self.said: deque[bytes] = deque(maxlen=_SAID)
        self._time = time
        self.name = name
        self._at_s = 0.0
        self._number = 0
        self._news: asyncio.Queue[AudioFrame | DeviceError] = asyncio.Queue()

    @property
    def device_name(self) -> str:
        return self.name if self.is_open else ""

    async def others(self) -> tuple[SoundDevice, ...]:
        await asyncio.sleep(0)
        return self.alternatives

    def use(self, wish: DeviceWish) -> None:
        self.wish = wish

    async def open(self) -> None:
        await asyncio.sleep(0)
        if self.refusals:
            raise self.refusals.popleft()
        self.opened += not self.is_open
        self.is_open = True

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.is_open = False
        self._news = asyncio.Queue()

    async def listen(self, take: Callable[[AudioFrame], None]) -> None:
        async for frame in self.frames():
            take(frame)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        while self.is_open:
            news = await self._news.get()
            if isinstance(news, DeviceError):
                raise news
            yield news

    async def hear(self, picture: str) -> None:
        """Let these frames arrive, and return when they were taken."""
        assert self.is_open, "the microphone is closed"
        self._at_s = max(self._at_s, self._time.now())
        for mark in picture:
            self._at_s += FRAME_MS / 1000
            self._news.put_nowait(AudioFrame(self._pcm(mark), self._at_s))
        async with asyncio.timeout(5):
            while self._news.qsize():
                await rounds(1)
        await rounds()

    def lose(self, code: str = "device.lost") -> None:
        """Let the device vanish."""
        self._news.put_nowait(DeviceError(code, retryable=True))

    def _pcm(self, mark: str) -> bytes:
        if mark != "#":
            return SILENCE
        self._number += 1
        self.said.append(speech_frame(self._number))
        return self.said[-1]
