"""A sound card that only keeps time: every period is logged, no sample is heard."""

from __future__ import annotations

import asyncio
import threading
import time
from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple

from desktop_app.audio.devices import Choice, Direction, Reason, SoundDevice
from desktop_app.audio.portaudio import SoundStream, SoundSystem, StreamRequest

_HUM = b"\x08\x00" * 8 + b"\xf8\xff" * 8
"""What a room gives where nobody speaks, about -72 dB: a microphone of zeros is switched off."""


class Period(NamedTuple):
    """One call of the card: monotonic seconds."""

    due_s: float
    done_s: float
    has_sound: bool


class Periods:
    """Every call so far, as plain numbers: a list of objects would keep the garbage collector of
    the measured process busier than the program does."""

    def __init__(self) -> None:
        self._numbers = array("d")

    def note(self, due_s: float, done_s: float, *, has_sound: bool) -> None:
        self._numbers.extend((due_s, done_s, float(has_sound)))

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def since(self, start: int) -> Iterator[Period]:
        """The calls from that number on."""
        for at in range(start * 3, len(self) * 3, 3):
            due_s, done_s, has_sound = self._numbers[at : at + 3]
            yield Period(due_s, done_s, bool(has_sound))

    def __iter__(self) -> Iterator[Period]:
        return self.since(0)


class _CardTime:
    """What the driver says of a block: it sounds at once."""

    currentTime = inputBufferAdcTime = outputBufferDacTime = 0.0  # noqa: N815 - PortAudio's names


@dataclass
class TickingStream:
    """The card's own thread: calls back at fixed times, as a driver does.

    Attributes:
        speed: How much faster than real time its clock runs.
        say: What a microphone hears next, a block each.
        said_s: When each block of ``say`` was complete, in monotonic seconds.
        own_cpu_s: CPU seconds that stand for the driver's: the callbacks are not among them.
    """

    request: StreamRequest
    speed: float = 1.0
    say: deque[bytes] = field(default_factory=deque)
    said_s: array[float] = field(default_factory=lambda: array("d"))
    periods: Periods = field(default_factory=Periods)
    own_cpu_s: float = 0.0

    def __post_init__(self) -> None:
        self.active = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def block_bytes(self) -> int:
        return self.request.rate_hz * self.request.block_ms // 1000 * 2

    def stop(self) -> None:
        """Returns when no more call comes."""
        self.active = False
        self._thread.join()
        self.request.on_finished()

    def _run(self) -> None:
        period_s = self.request.block_ms / 1000 / self.speed
        due_s, called_s = time.monotonic(), 0.0
        block = bytearray(self.block_bytes)
        room = (_HUM * len(block))[: len(block)]
        silent = bytes(len(block))
        while self.active:
            due_s += period_s
            _wait_until(due_s)
            if self.request.direction is Direction.INPUT:
                block[:] = self._heard() or room
            before_s = time.thread_time()
            self.request.callback(memoryview(block), len(block) // 2, _CardTime(), 0)
            called_s += (after_s := time.thread_time()) - before_s
            self.own_cpu_s = after_s - called_s
            self.periods.note(due_s, time.monotonic(), has_sound=block != silent)

    def forget(self) -> None:
        """Drop the log: an hour of it would be most of what is in memory."""
        self.periods = Periods()
        self.said_s = array("d")

    def _heard(self) -> bytes:
        if not self.say:
            return b""
        self.said_s.append(time.monotonic())
        return self.say.popleft()

    def speak(self, pcm: bytes) -> None:
        """Put an utterance before the microphone, from the next period on."""
        size = self.block_bytes
        padded = pcm.ljust(-(-len(pcm) // size) * size, b"\0")
        self.say.extend(padded[at : at + size] for at in range(0, len(padded), size))

    def is_missed(self, period: Period) -> bool:
        """More than one period late: a card of two periods is silent then."""
        return period.done_s - period.due_s > self.request.block_ms / 1000


class TickingSystem(SoundSystem):
    """Stands where PortAudio stands; the shells of microphone and loudspeaker are the real ones.

    Attributes:
        streams: The newest open stream of each direction.
    """

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__()
        self._speed = speed
        self.streams: dict[Direction, TickingStream] = {}

    async def open(self, request: StreamRequest) -> SoundStream:
        raw = TickingStream(request, self._speed)
        self.streams[request.direction] = raw
        device = SoundDevice("card", 0, request.direction, "bench", 1, request.rate_hz, True)
        choice = Choice(device, Reason.DEFAULT)
        return SoundStream(raw, choice, request.rate_hz, 1, 0.0, request.wish, device)

    async def renew(self, stream: SoundStream | None, request: StreamRequest) -> SoundStream:
        """Close one and open another: a card of its own has no list to look into."""
        if stream is not None:
            await self.close(stream)
        return await self.open(request)

    def look_after(self, stream: SoundStream) -> Future[bool]:
        """It is where it belongs: there is one card."""
        placed: Future[bool] = Future()
        placed.set_result(True)
        return placed

    async def close(self, stream: SoundStream) -> None:
        await asyncio.to_thread(stream.raw.stop)

    def restart(self, stream: SoundStream) -> Future[bool]:
        """Nothing is held behind the callback: there is nothing to silence."""
        done: Future[bool] = Future()
        done.set_result(True)
        return done

    async def aclose(self) -> None:
        return

    def output(self) -> TickingStream:
        return self.streams[Direction.OUTPUT]

    def input(self) -> TickingStream:
        return self.streams[Direction.INPUT]


def _wait_until(due_s: float) -> None:
    """Sleep: a card that spun would take the interpreter from the program it measures."""
    while (wait_s := due_s - time.monotonic()) > 0:
        time.sleep(wait_s)
