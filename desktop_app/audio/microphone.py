"""Sound in: 20 ms frames of 16 kHz mono, whatever the device runs at."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, FRAME_MS, AudioFrame
from desktop_app.audio.level import level_of
from desktop_app.audio.portaudio import SoundStream, SoundSystem, StreamRequest
from desktop_app.audio.resampler import Resampler, downmix
from desktop_app.errors import DeviceError

_HOLDS_MS = 2_000
_SILENT_AFTER_S = 1.0
_NEVER_HEARD_BLOCKS = 1_000 // FRAME_MS
_QUIET_BLOCKS = 30_000 // FRAME_MS  # a noise gate gives zeros between words too
_BYTES_PER_S = CAPTURE_RATE_HZ * 2


class FrameCutter:
    """Turns blocks of a device into frames and says when each was captured."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._channels = channels
        self._resampler = Resampler(rate_hz, CAPTURE_RATE_HZ)
        self._rest = b""

    def feed(self, pcm: bytes, at_s: float) -> Iterator[AudioFrame]:
        """Cut one block whose last sample was captured at ``at_s``."""
        self._rest += self._resampler.feed(downmix(pcm, self._channels))
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            later_s = len(self._rest) / _BYTES_PER_S + self._resampler.held_s
            yield AudioFrame(frame, at_s - later_s)


class _Watch:
    """Calls when nothing was noted for a second: one timer a second, not one for each block."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.noted = 0
        self._call = call
        self._seen = -1
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> _Watch:
        self._look()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self.noted == self._seen:
            self._call()
        self._seen = self.noted
        self._timer = asyncio.get_running_loop().call_later(_SILENT_AFTER_S, self._look)


class Microphone:
    """A microphone through PortAudio; the engine's port of the same name.

    The card's thread copies a block, appends it and wakes the loop at most once; everything
    else happens on the loop. Two seconds are held for a loop that is late, then the oldest
    sound is dropped and counted.

    Attributes:
        dropped: Blocks that were lost because nobody took them.
    """

    def __init__(
        self,
        sound: SoundSystem,
        device: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.dropped = 0
        self._sound = sound
        self._device = device
        self._clock = clock
        self._stream: SoundStream | None = None
        self._waiting: deque[tuple[bytes, float]] = deque(maxlen=_HOLDS_MS // FRAME_MS)
        self._arrived = asyncio.Event()
        self._switching = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_woken = False
        self._has_ended = False
        self._is_starved = False
        self._last_pcm = b""
        self._zero_blocks = 0
        self._has_heard = False

    @property
    def device_name(self) -> str:
        """What people call the open device; empty while closed."""
        return self._stream.device.name if self._stream else ""

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being captured now."""
        return level_of(self._last_pcm)

    @property
    def is_muted(self) -> bool:
        """Whether a switch is off: only zeros for the first second, or for 30 s after sound."""
        return self._zero_blocks >= (_QUIET_BLOCKS if self._has_heard else _NEVER_HEARD_BLOCKS)

    async def open(self) -> None:
        """Start capturing. Idempotent.

        Raises:
            DeviceError: ``device.no_input``, ``device.refused``, ``device.no_portaudio``.
        """
        async with self._switching:
            if self._stream is None:
                self._forget()
                self._stream = await self._sound.open(self._request())

    async def close(self) -> None:
        """Release the device. Idempotent."""
        async with self._switching:
            stream, self._stream = self._stream, None
            self._last_pcm = b""
            self._arrived.set()
            if stream is not None:
                await self._sound.close(stream)

    def _forget(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._waiting.clear()
        self._is_woken = self._has_ended = self._is_starved = False
        self._last_pcm, self._zero_blocks, self._has_heard = b"", 0, False

    def _request(self) -> StreamRequest:
        return StreamRequest(
            Direction.INPUT,
            self._device,
            CAPTURE_RATE_HZ,
            FRAME_MS,
            self._on_block,
            self._on_finished,
        )

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """Captured frames in order, until ``close``.

        Raises:
            DeviceError: ``device.lost`` or ``device.silent`` (no samples for 1 s).
        """
        stream = self._stream
        if stream is None:
            return
        cutter = FrameCutter(stream.rate_hz, stream.channels)
        with _Watch(self._on_nothing) as watch:
            while self._stream is stream:
                while self._waiting:
                    pcm, at_s = self._waiting.popleft()
                    self._note(pcm)
                    watch.noted += 1
                    for frame in cutter.feed(pcm, at_s):
                        yield frame
                await self._wait_for_sound(stream)

    def _note(self, pcm: bytes) -> None:
        self._last_pcm = pcm
        is_sound = any(pcm)
        self._zero_blocks = 0 if is_sound else self._zero_blocks + 1
        self._has_heard = self._has_heard or is_sound

    async def _wait_for_sound(self, stream: SoundStream) -> None:
        self._is_woken = False
        self._arrived.clear()
        if self._waiting or self._stream is not stream:
            return
        if self._has_ended:
            raise self._lost(stream)
        self._is_starved = False
        await self._arrived.wait()
        if self._is_starved and not self._waiting and self._stream is stream:
            raise self._silent(stream)

    def _on_nothing(self) -> None:
        self._is_starved = True
        self._arrived.set()

    def _lost(self, stream: SoundStream) -> DeviceError:
        name = stream.device.name
        return DeviceError(
            "device.lost", f"The microphone {name} was lost.", retryable=True, device=name
        )

    def _silent(self, stream: SoundStream) -> DeviceError:
        if self._has_ended:
            return self._lost(stream)
        name = stream.device.name
        return DeviceError(
            "device.silent", f"The microphone {name} gives no sound.", retryable=True, device=name
        )

    def _on_block(self, indata: Any, _frames: int, _time: Any, _status: Any) -> None:
        # PortAudio's thread: copy, append, wake. No logging, no raising.
        waiting = self._waiting
        if len(waiting) == waiting.maxlen:
            self.dropped += 1
        waiting.append((bytes(indata), self._clock()))
        if not self._is_woken:
            self._wake()

    def _on_finished(self) -> None:
        # PortAudio's thread: the stream is over, by close or because the device went away.
        self._has_ended = True
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            self._is_woken = True
            loop.call_soon_threadsafe(self._arrived.set)
