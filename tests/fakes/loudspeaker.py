"""A loudspeaker that plays when the test says so."""

from __future__ import annotations

import asyncio
from collections import deque

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.engine.ports import Time
from desktop_app.errors import DeviceError
from tests.fakes.virtual_time import rounds

_BYTES_PER_MS = SPEECH_RATE_HZ * 2 // 1000


class HandLoudspeaker:
    """Satisfies ``engine.ports.Loudspeaker``.

    Attributes:
        device_name: What it says of itself; the test may change it.
        heard: ``(turn, pcm)`` of what was really heard, in order.
        capacity_ms: How much it holds before ``room`` waits.
        stops: How often it was silenced for good.
        pauses: How often it was paused.
    """

    def __init__(self, time: Time, *, capacity_ms: int = 30_000) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.refusals: deque[DeviceError] = deque()
        self.capacity_ms = capacity_ms
        self.is_open = False
        self.stops = 0
        self.pauses = 0
        self.is_paused = False
        self.finished: list[int] = []
        self.device_name = "Hand loudspeaker"
        self._time = time
        self._turn = 0
        self._left = bytearray()
        self._heard_bytes = 0
        self._first_sound_s: float | None = None
        self._moved = asyncio.Event()
        self._loss: DeviceError | None = None

    async def open(self) -> None:
        await asyncio.sleep(0)
        if self.refusals:
            raise self.refusals.popleft()
        self._loss = None
        self.is_open = True

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.is_open = False
        self._drop()

    def play(self, turn: int, pcm: bytes) -> None:
        if turn != self._turn:
            self._turn, self._heard_bytes, self._first_sound_s = turn, 0, None
        self._left += pcm

    def lose(self) -> None:
        """The device goes away in the middle of a reply."""
        self._loss = DeviceError("device.lost", "The loudspeaker was lost.", retryable=True)
        self._moved.set()

    @property
    def has_room(self) -> bool:
        return self.waiting_ms <= self.capacity_ms - 1000

    async def room(self) -> None:
        while not self.has_room:
            await self._move()

    def finish(self, turn: int) -> None:
        self.finished.append(turn)

    def pause(self) -> None:
        self.pauses += not self.is_paused
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def stop(self) -> None:
        self.stops += 1
        self.is_paused = False
        self._drop()

    async def drained(self) -> None:
        while self._left:
            await self._move()

    @property
    def heard_ms(self) -> int:
        return self._heard_bytes // _BYTES_PER_MS

    @property
    def first_sound_s(self) -> float | None:
        return self._first_sound_s

    @property
    def level(self) -> float:
        return 0.5 if self._left else 0.0

    @property
    def waiting_ms(self) -> int:
        """How much was given and not heard."""
        return len(self._left) // _BYTES_PER_MS

    async def sound(self, ms: int) -> None:
        """Let up to so much be heard."""
        played = b"" if self.is_paused else bytes(self._left[: ms * _BYTES_PER_MS])
        if played:
            del self._left[: len(played)]
            self.heard.append((self._turn, played))
            self._heard_bytes += len(played)
            if self._first_sound_s is None:
                self._first_sound_s = self._time.now()
        self._moved.set()
        await rounds()

    def _drop(self) -> None:
        self._left.clear()
        self._moved.set()

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()
        if self._loss is not None:
            raise self._loss


def speech(ms: int, sample: int = 1000) -> bytes:
    """So much speech of a reply, every sample the same."""
    return sample.to_bytes(2, "little") * (ms * _BYTES_PER_MS // 2)
