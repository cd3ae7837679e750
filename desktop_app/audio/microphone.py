"""Sound in: 20 ms frames of 16 kHz mono, whatever the device runs at."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from desktop_app.audio.devices import (
    ANY_DEVICE,
    DeviceKind,
    DeviceWish,
    Direction,
    SoundDevice,
)
from desktop_app.audio.frame_cutter import FrameCutter
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_MS, AudioFrame
from desktop_app.audio.level import level_of, rms
from desktop_app.audio.loop_waker import LoopWaker
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.audio.sound_stream import SoundStream, StreamRequest
from desktop_app.audio.switch_watch import SwitchWatch
from desktop_app.errors import DeviceError

_HOLDS_MS = 2_000
_SILENT_AFTER_S = 1.0
_MAY_RETURN_S = 1.0
_BETWEEN_TRIES_S = 0.3
_LOUD = 200  # root mean square, about -44 dBFS: louder than a room


class _Watch:
    """Calls when nothing was taken for a second: one timer a second, not one for each block."""

    def __init__(self, tap: _Tap, call: Callable[[], None]) -> None:
        self._tap = tap
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
        if self._tap.taken == self._seen:
            self._call()
        self._seen = self._tap.taken
        self._timer = asyncio.get_running_loop().call_later(_SILENT_AFTER_S, self._look)


class _Tap:
    """What one stream has brought and nobody has taken yet.

    Two seconds are held for a loop that is late, then the oldest sound is dropped and counted.

    Args:
        clock: Says when a block came.
        wake: Called on PortAudio's thread when something came.

    Attributes:
        stream: Set as soon as it is open.
        has_ended: The stream is over, by close or because the device went away.
        taken: Blocks that were taken.
    """

    def __init__(self, clock: Callable[[], float], wake: Callable[[], None]) -> None:
        self.stream: SoundStream | None = None
        self.has_ended = False
        self.taken = 0
        self.dropped = 0
        self.waiting: deque[tuple[bytes, float]] = deque(maxlen=_HOLDS_MS // FRAME_MS)
        self._clock = clock
        self._wake = wake

    def on_block(self, indata: Any, _frames: int, _time: Any, _status: Any) -> None:
        # PortAudio's thread: copy, append, wake. No logging, no raising.
        waiting = self.waiting
        if len(waiting) == waiting.maxlen:
            self.dropped += 1
        waiting.append((bytes(indata), self._clock()))
        self._wake()

    def on_finished(self) -> None:
        # PortAudio's thread.
        self.has_ended = True
        self._wake()


class Microphone:
    """A microphone through PortAudio; the engine's port of the same name.

    The card's thread copies a block, appends it and wakes the loop at most once; everything
    else happens on the loop.

    It stays where it belongs: on the device that was wished for as long as that is there, else
    on the system's choice. While ``frames`` is read a device that goes away, gives nothing for
    a second or is not the right one any more is exchanged, and the frames go on.
    """

    def __init__(
        self,
        sound: SoundSystem,
        wish: DeviceWish = ANY_DEVICE,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sound = sound
        self._wish = wish
        self._clock = clock
        self._tap: _Tap | None = None
        self._dropped = 0
        self._arrived = asyncio.Event()
        self._switching = asyncio.Lock()
        self._waker: LoopWaker | None = None
        self._is_starved = False
        self._may_be_misplaced = False
        self._last_pcm = b""
        self._switch = SwitchWatch(FRAME_MS)

    @property
    def stream(self) -> SoundStream | None:
        """What is open now; None while closed or being exchanged."""
        return self._tap.stream if self._tap else None

    @property
    def device_name(self) -> str:
        """What people call the open device; empty while closed."""
        stream = self._tap.stream if self._tap else None
        return stream.device.name if stream else ""

    @property
    def dropped(self) -> int:
        """Blocks that were lost because nobody took them."""
        return self._dropped + (self._tap.dropped if self._tap else 0)

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being captured now."""
        return level_of(self._last_pcm)

    @property
    def is_muted(self) -> bool:
        """Whether a switch is off: zeros only, for most of a second."""
        return self._switch.is_off

    async def others(self) -> tuple[SoundDevice, ...]:
        """Microphones that could be used instead, the likeliest first; opens none."""
        try:
            found = await self._sound.devices()
        except DeviceError:
            return ()
        own = self.stream.device if self.stream else None
        others = [one for one in found if one.direction is Direction.INPUT and not one.is_same(own)]
        return tuple(sorted(others, key=_likelihood))

    def use(self, wish: DeviceWish) -> None:
        """Take another device from now on; an open one is exchanged, and the frames go on."""
        self._wish = wish
        if self.stream is not None:
            self.stream.wish = wish
        self._on_list_changed()

    async def open(self) -> None:
        """Start capturing. Idempotent.

        Raises:
            DeviceError: ``device.no_input``, ``device.refused``, ``device.no_portaudio``.
        """
        async with self._switching:
            if self._tap is None:
                waker = LoopWaker(asyncio.get_running_loop(), self._arrived.set)
                self._waker = waker
                try:
                    self._tap = await self._opened(None)
                except BaseException:
                    waker.close()
                    raise

    async def close(self) -> None:
        """Release the device. Idempotent."""
        async with self._switching:
            tap, self._tap = self._tap, None
            self._last_pcm = b""
            self._arrived.set()
            if tap is not None:
                self._dropped += tap.dropped
                try:
                    if tap.stream is not None:
                        await self._sound.close(tap.stream)
                finally:
                    if self._waker is not None:
                        self._waker.close()  # after the stream, whose thread wakes

    async def _opened(self, before: SoundStream | None) -> _Tap:
        """A new stream, in the place of another."""
        self._is_starved = False
        self._last_pcm = b""
        self._switch.begin()
        assert self._waker is not None
        tap = _Tap(self._clock, self._waker.wake)
        request = StreamRequest(
            Direction.INPUT, CAPTURE_RATE_HZ, FRAME_MS, tap.on_block, tap.on_finished, self._wish
        )
        tap.stream = await self._sound.renew(before, request)
        self._may_be_misplaced = True  # the list may have changed while it was opened
        return tap

    async def listen(self, take: Callable[[AudioFrame], None]) -> None:
        """Give every captured frame to ``take``, in order, until ``close``.

        It is called by what wakes the loop: a task woken for each frame would cost as much as
        what is done with it. What it raises, this raises.

        Raises:
            DeviceError: As ``frames`` does.
        """
        with self._sound.watched(self._on_list_changed):
            self._may_be_misplaced = True  # what changed before was told to nobody
            while (tap := self._tap) is not None:
                await self._listen_to(tap, take)

    async def _listen_to(self, tap: _Tap, take: Callable[[AudioFrame], None]) -> None:
        """Until another stream takes its place, and then what is left of it."""
        cutter = _cutter_of(tap)
        failures: list[Exception] = []

        def hear() -> None:
            if failures:
                return
            try:
                while tap.waiting and self._tap is not None:
                    for frame in self._next_frames(tap, cutter):
                        take(frame)
            except Exception as error:  # a bug ends the listening, not a callback of the loop
                failures.append(error)
            if failures or tap.has_ended:
                self._arrived.set()

        with _Watch(tap, self._on_nothing), self._woken_by_sound(hear):
            while self._is_left(tap):
                hear()
                if failures:
                    raise failures[0]
                await self._wait_for_sound(tap)

    @contextlib.contextmanager
    def _woken_by_sound(self, call: Callable[[], None]) -> Iterator[None]:
        """The loop calls it when a block came, instead of going on with who waits."""
        waker = self._waker
        assert waker is not None  # of an open microphone
        waker.call = call
        try:
            yield
        finally:
            waker.call = self._arrived.set

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """Captured frames in order, until ``close``, for who waits between them.

        Raises:
            DeviceError: ``device.lost`` or ``device.silent`` (no samples for 1 s), and no other
                device to take its place.
        """
        with self._sound.watched(self._on_list_changed):
            self._may_be_misplaced = True  # what changed before was told to nobody
            while (tap := self._tap) is not None:
                async with contextlib.aclosing(self._frames_of(tap)) as frames:
                    async for frame in frames:
                        yield frame

    async def _frames_of(self, tap: _Tap) -> AsyncGenerator[AudioFrame]:
        """Until another stream takes its place, and then what is left of it."""
        cutter = _cutter_of(tap)
        with _Watch(tap, self._on_nothing):
            while self._is_left(tap):
                while tap.waiting and self._tap is not None:
                    for frame in self._next_frames(tap, cutter):
                        yield frame
                await self._wait_for_sound(tap)

    def _is_left(self, tap: _Tap) -> bool:
        """Whether more is to be heard of this stream."""
        return self._tap is tap or (self._tap is not None and bool(tap.waiting))

    def _next_frames(self, tap: _Tap, cutter: FrameCutter) -> Sequence[AudioFrame]:
        """Those of the oldest block that was not taken yet."""
        pcm, at_s = tap.waiting.popleft()
        tap.taken += 1
        self._is_starved = False
        self._last_pcm = pcm
        is_sound = any(pcm)
        if not (is_sound and self._switch.is_sounding):
            self._switch.note(is_sound=is_sound, is_loud=is_sound and rms(pcm) > _LOUD)
        return cutter.feed(pcm, at_s)

    async def _wait_for_sound(self, tap: _Tap) -> None:
        self._arrived.clear()
        if tap.waiting or self._tap is not tap:
            return
        if tap.has_ended:
            await self._exchange(tap, "device.lost")
        elif self._is_starved:
            await self._exchange(tap, "device.silent")
        elif self._may_be_misplaced:
            await self._find_place(tap)
        else:
            await self._arrived.wait()

    async def _find_place(self, tap: _Tap) -> None:
        self._may_be_misplaced = False
        assert tap.stream is not None
        if not await asyncio.wrap_future(self._sound.look_after(tap.stream)):
            await self._exchange(tap, "device.lost")

    async def _exchange(self, tap: _Tap, code: str) -> None:
        """Go on with another stream; a loss is given a second in which a device may come back.

        Raises:
            DeviceError: Of that code.
        """
        name = self.device_name
        if code == "device.silent" and not tap.taken:
            raise _failure(code, name)  # another try has been made, or would be of no use
        async with self._switching:
            if self._tap is not tap:
                return
            before = tap.stream
            self._dropped += tap.dropped
            tap.dropped = 0
            give_up_s = asyncio.get_running_loop().time() + _MAY_RETURN_S
            while asyncio.get_running_loop().time() < give_up_s:
                with contextlib.suppress(DeviceError):
                    self._tap = await self._opened(before)
                    return
                before = None
                await self._rest()
        raise _failure(code, name)

    async def _rest(self) -> None:
        """Wait for the list to change, not for long."""
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BETWEEN_TRIES_S):
                await self._arrived.wait()

    def _on_nothing(self) -> None:
        self._is_starved = True
        self._arrived.set()

    def _on_list_changed(self) -> None:
        self._may_be_misplaced = True
        self._arrived.set()


def _cutter_of(tap: _Tap) -> FrameCutter:
    assert tap.stream is not None
    return FrameCutter(tap.stream.rate_hz, tap.stream.channels)


def _likelihood(device: SoundDevice) -> tuple[bool, bool, bool]:
    """Sorts the system's choice first, then what is built in, and headsets last."""
    kind = device.kind
    return not device.is_default, kind is not DeviceKind.BUILT_IN, kind is DeviceKind.BLUETOOTH


def _failure(code: str, name: str) -> DeviceError:
    what = "was lost" if code == "device.lost" else "gives no sound"
    return DeviceError(code, f"The microphone {name} {what}.", retryable=True, device=name)
