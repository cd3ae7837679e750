"""A microphone and a loudspeaker made of sound data: no card, the same pace."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from desktop_app.audio.devices import DeviceWish, SoundDevice
from desktop_app.audio.frames import (
    FRAME_BYTES,
    FRAME_MS,
    SPEECH_RATE_HZ,
    AudioFrame,
)
from desktop_app.audio.level import level_of
from desktop_app.audio.playback import Playback
from desktop_app.audio.wav import write_wav

_FRAME_S = FRAME_MS / 1000
_SILENCE = bytes(FRAME_BYTES)
_BLOCK_BYTES = SPEECH_RATE_HZ // 100 * 2
_BLOCK_S = 0.01


class WavMicrophone:
    """Speaks what it is given into the engine, in real time, silence around it.

    Frames are due at fixed times of the event loop's clock, counted from ``open``: a late loop
    gets the frames it missed at once and the pace never drifts.

    Args:
        pace: Seconds that pass for each second of sound; below 1 is faster than people speak.
    """

    def __init__(self, *, name: str = "recording", pace: float = 1.0) -> None:
        if pace <= 0:
            raise ValueError("a microphone takes time to hear")
        self._name = name
        self._pace = pace
        self._frames: deque[bytes] = deque()
        self._is_open = False
        self._spoken = asyncio.Event()
        self._spoken.set()
        self._last = _SILENCE

    @property
    def device_name(self) -> str:
        """What people call the open device; empty while closed."""
        return self._name if self._is_open else ""

    @property
    def is_muted(self) -> bool:
        """Never: the silence around a recording is meant."""
        return False

    async def others(self) -> tuple[SoundDevice, ...]:
        """None: a recording is heard whole."""
        return ()

    def use(self, wish: DeviceWish) -> None:
        """Does nothing: a recording has no other device."""

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being captured now."""
        return level_of(self._last)

    def speak(self, pcm: bytes) -> None:
        """Append an utterance, s16le mono 16 kHz of any length, after what is still waiting."""
        padded = pcm.ljust(math.ceil(len(pcm) / FRAME_BYTES) * FRAME_BYTES, b"\0")
        self._frames.extend(
            padded[at : at + FRAME_BYTES] for at in range(0, len(padded), FRAME_BYTES)
        )
        if self._frames:
            self._spoken.clear()

    async def spoken(self) -> None:
        """Return when every utterance given so far has been captured."""
        await self._spoken.wait()

    async def open(self) -> None:
        """Start capturing. Idempotent."""
        self._is_open = True

    async def close(self) -> None:
        """Stop capturing; who waits for the end of the speech waits no longer. Idempotent."""
        self._is_open = False
        self._frames.clear()
        self._spoken.set()

    async def listen(self, take: Callable[[AudioFrame], None]) -> None:
        """Give every frame to ``take``, in order and in time, until ``close``."""
        async for frame in self.frames():
            take(frame)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """Frames in order and in time, silence where nothing is said, until ``close``."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while self._is_open:
            due_s += _FRAME_S * self._pace
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            if not self._is_open:
                return
            self._last = self._frames.popleft() if self._frames else _SILENCE
            if not self._frames:
                self._spoken.set()
            yield AudioFrame(self._last, due_s)


class WavLoudspeaker:
    """Hears the engine out in real time and keeps what it heard.

    Blocks of 10 ms are taken at fixed times of the event loop's clock, as a card would, while
    there is anything to play.

    Args:
        pace: Seconds that pass for each second of sound; 0 hears everything at once.
    """

    def __init__(self, *, pace: float = 1.0) -> None:
        self._pace = pace
        self._playback = Playback()
        self._heard = bytearray()
        self._block = memoryview(bytearray(_BLOCK_BYTES))
        self._is_open = False
        self._tick: asyncio.Handle | None = None
        self._due_s = 0.0
        self._changed = asyncio.Event()

    @property
    def heard_ms(self) -> int:
        """How much of the current turn's speech has been heard."""
        return self._playback.heard_ms

    @property
    def first_sound_s(self) -> float | None:
        """Monotonic second when the turn's first sample was taken."""
        return self._playback.first_sound_s

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being heard now."""
        return self._playback.level

    @property
    def heard(self) -> bytes:
        """Everything heard so far, s16le mono 24 kHz; idle time is left out."""
        return bytes(self._heard)

    def save(self, path: Path) -> None:
        """Write everything heard so far as a WAV.

        Raises:
            InputError: ``wav.unwritable``.
        """
        write_wav(path, self.heard)

    @property
    def device_name(self) -> str:
        """What people call it."""
        return "recording"

    async def open(self) -> None:
        """Get ready. Idempotent."""
        self._is_open = True
        self._wake()

    async def close(self) -> None:
        """Stop at once, whatever is left. Idempotent."""
        self._is_open = False
        self.stop()

    def play(self, turn: int, pcm: bytes) -> None:
        """Append speech of a turn; a new turn number starts the heard position at 0."""
        self._playback.play(turn, pcm)
        self._wake()

    def finish(self, turn: int) -> None:
        """No more sound will come for this turn."""
        self._playback.finish(turn)

    def pause(self) -> None:
        """Silence at once; what is left is kept for ``resume``."""
        self._playback.pause()
        self._hold()

    def resume(self) -> None:
        """Go on with the word that ``pause`` cut."""
        self._playback.resume()
        self._wake()

    def stop(self) -> None:
        """Silence at once; drop everything given so far."""
        self._playback.stop()
        self._hold()
        self._changed.set()

    def _hold(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        self._playback.fill(self._block)

    @property
    def has_room(self) -> bool:
        """Whether ``room`` would return at once."""
        return self._playback.has_room or not self._is_open

    async def room(self) -> None:
        """Return when at least 1 s of sound fits."""
        while not self.has_room:
            await self._next_change()

    async def drained(self) -> None:
        """Return when everything given has been heard; at once when nothing is left."""
        while self._playback.is_sounding and self._is_open:
            await self._next_change()

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _wake(self) -> None:
        is_waiting = self._playback.is_sounding and not self._playback.is_paused
        if self._is_open and self._tick is None and is_waiting:
            loop = asyncio.get_running_loop()
            self._due_s = loop.time()
            self._tick = loop.call_soon(self._hear)

    def _hear(self) -> None:
        loop = asyncio.get_running_loop()
        self._playback.pump()
        self._playback.fill(self._block)
        self._heard += self._block
        self._changed.set()
        if not self._playback.is_sounding:
            self._tick = None
            return
        self._due_s += _BLOCK_S * self._pace
        self._tick = loop.call_at(self._due_s, self._hear)
