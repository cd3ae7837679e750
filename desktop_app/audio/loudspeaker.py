"""Sound out: 24 kHz mono through PortAudio, silenced in one period."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

from desktop_app.audio.devices import ANY_DEVICE, DeviceWish, Direction
from desktop_app.audio.far_end import FarEnd
from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.playback import Playback
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.sound_stream import SoundStream, StreamRequest
from desktop_app.errors import DeviceError

_BLOCK_MS = 10
_LOOK_EVERY_S = 0.1
_QUIET_LOOKS = 5  # so much less often while nothing sounds: each look wakes the loop
_LEAST_WAIT_S = 0.01
_STORM_UNDERFLOWS = 5
_STORM_S = 1.0
_SPELL_S = 0.1  # after a stall a card calls for its whole buffer at once, each call marked dry
_LOOKS_BETWEEN_TRIES = 3
_TRIES = 8  # over two seconds: a sound server that is started again needs less than one


class CardFeed:
    """The callback of an output stream: pulls from the playback in the device's own format.

    Almost every device takes 24 kHz mono. One that does not gets it converted, some tens of
    milliseconds later.

    Attributes:
        underflows: Times the card ran dry. Written by PortAudio's thread.
    """

    def __init__(self, playback: Playback, clock: Callable[[], float] = monotonic) -> None:
        self.underflows = 0
        self._playback = playback
        self._clock = clock
        self._spell_until_s = 0.0
        self._resampler: Resampler | None = None
        self._channels = 1
        self._block = memoryview(bytearray(SPEECH_RATE_HZ * _BLOCK_MS // 1000 * 2))
        self._converted = b""

    def suit(self, rate_hz: int, channels: int) -> None:
        """Learn the device's format, right after it was opened."""
        self._channels = channels
        if rate_hz != SPEECH_RATE_HZ or channels != 1:
            self._resampler = Resampler(SPEECH_RATE_HZ, rate_hz)

    def on_block(self, outdata: Any, _frames: int, time: Any, status: Any) -> None:
        """PortAudio's thread: one copy out. No logging, no raising."""
        if status and (now_s := self._clock()) >= self._spell_until_s:
            self.underflows += 1
            self._spell_until_s = now_s + _SPELL_S
        out = memoryview(outdata)
        if self._resampler is None:
            self._playback.fill(out, time.outputBufferDacTime - time.currentTime)
        else:
            self._fill_converted(out)

    def _fill_converted(self, out: memoryview) -> None:
        resampler = self._resampler
        while resampler is not None and len(self._converted) < len(out):
            self._playback.fill(self._block)
            mono = memoryview(resampler.feed(bytes(self._block))).cast("h")
            spread = bytearray(len(mono) * 2 * self._channels)
            wide = memoryview(spread).cast("h")
            for channel in range(self._channels):
                wide[channel :: self._channels] = mono
            self._converted += bytes(spread)
        out[:] = self._converted[: len(out)].ljust(len(out), b"\0")
        self._converted = self._converted[len(out) :]


class Loudspeaker:
    """A loudspeaker through PortAudio; the engine's port of the same name.

    ``stop`` and ``pause`` silence the ring in one period, and because a buffering device would
    still sound what it holds, the stream is aborted and started again off the loop.

    It stays where it belongs: on the device that was wished for as long as that is there, else
    on the system's choice. What a lost device had not sounded yet is played by the next one.

    Attributes:
        restarts: Times the stream was renewed because it ran dry again and again, was lost or
            belonged elsewhere.
    """

    def __init__(
        self,
        sound: SoundSystem,
        wish: DeviceWish = ANY_DEVICE,
        *,
        clock: Callable[[], float] = monotonic,
        far_end: FarEnd | None = None,
    ) -> None:
        self.restarts = 0
        self._sound = sound
        self._wish = wish
        self._clock = clock
        self._playback = Playback(clock, far_end)
        self._feed = CardFeed(self._playback, clock)
        self._stream: SoundStream | None = None
        self._changed = asyncio.Event()
        self._switching = asyncio.Lock()
        self._look_again: asyncio.TimerHandle | None = None
        self._silencing: Future[bool] | None = None
        self._renewal: Future[SoundStream] | None = None
        self._underflows: deque[tuple[float, int]] = deque()
        self._failure: DeviceError | None = None
        self._watching = contextlib.ExitStack()
        self._may_be_misplaced = False
        self._placing: Future[bool] | None = None
        self._is_held = False
        self._tries = 0
        self._rest_looks = 0

    @property
    def stream(self) -> SoundStream | None:
        """What is open now; None while closed or being renewed."""
        return self._stream

    @property
    def device_name(self) -> str:
        """What people call the open device; empty while closed."""
        return self._stream.device.name if self._stream else ""

    @property
    def underflows(self) -> int:
        """Times the card ran dry since it was opened."""
        return self._feed.underflows

    @property
    def gaps(self) -> int:
        """Times the sound of an unfinished reply ran out."""
        return self._playback.gaps

    @property
    def heard_ms(self) -> int:
        """How much of the current turn's speech has left the loudspeaker."""
        return self._playback.heard_ms

    @property
    def first_sound_s(self) -> float | None:
        """Monotonic second when the turn's first sample was handed to the card."""
        return self._playback.first_sound_s

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being played now."""
        return self._playback.level

    def use(self, wish: DeviceWish) -> None:
        """Take another device from now on; an open one is exchanged, and the sound goes on."""
        self._wish = wish
        if self._stream is not None:
            self._stream.wish = wish
        self._on_list_changed()

    async def open(self) -> None:
        """Get the device ready. Idempotent; brings a lost device back.

        Raises:
            DeviceError: ``device.no_output``, ``device.refused``, ``device.no_portaudio``.
        """
        async with self._switching:
            if self._look_again is not None and self._failure is None:
                return
            self._failure = None
            self._take(await self._sound.open(self._request()))
            self._watching.close()
            self._watching.enter_context(self._sound.watched(self._on_list_changed))
            self._look()

    async def close(self) -> None:
        """Release the device at once, whatever is left. Idempotent."""
        async with self._switching:
            self._watching.close()
            if self._look_again is not None:
                self._look_again.cancel()
                self._look_again = None
            self._playback.stop()
            self._changed.set()
            await self._release()

    async def _release(self) -> None:
        renewal, self._renewal = self._renewal, None
        stream, self._stream = self._stream, None
        if renewal is not None:
            await self._sound.close_coming(renewal)
        if stream is not None:
            await self._sound.close(stream)

    def play(self, turn: int, pcm: bytes) -> None:
        """Append speech of a turn; a new turn number starts the heard position at 0."""
        self._playback.play(turn, pcm)

    def finish(self, turn: int) -> None:
        """No more sound will come for this turn: play the rest without waiting."""
        self._playback.finish(turn)

    def pause(self) -> None:
        """Silence within one period; what is left is kept for ``resume``. Never blocks."""
        was_sounding = self._playback.is_sounding and not self._playback.is_paused
        self._is_held = False  # another card must not end what a person wants
        self._playback.pause()
        self._silence(was_sounding)

    def resume(self) -> None:
        """Go on with the word that ``pause`` cut."""
        self._playback.resume()

    def stop(self) -> None:
        """Silence within one period; drop everything given so far. Never blocks."""
        was_sounding = self._playback.is_sounding and not self._playback.is_paused
        self._playback.stop()
        self._changed.set()
        self._silence(was_sounding)

    def _silence(self, was_sounding: bool) -> None:
        if self._stream is not None and was_sounding:
            self._silencing = self._sound.restart(self._stream)

    @property
    def has_room(self) -> bool:
        """Whether ``room`` would return at once."""
        return self._failure is None and self._playback.has_room

    async def room(self) -> None:
        """Return when at least 1 s of sound fits.

        Raises:
            DeviceError: ``device.lost`` and not to be had again.
        """
        while not self._playback.has_room:
            self._check()
            await self._wait(_LOOK_EVERY_S)

    async def drained(self) -> None:
        """Return when everything given has been heard; at once when nothing is left.

        Raises:
            DeviceError: ``device.lost`` and not to be had again.
        """
        while left_s := self._playback.left_s:
            self._check()
            await self._wait(max(_LEAST_WAIT_S, left_s))

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._playback.pump()

    async def _wait(self, at_most_s: float) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(at_most_s):
                await self._changed.wait()
        except TimeoutError:
            return

    def _request(self) -> StreamRequest:
        self._feed = CardFeed(self._playback, self._clock)
        self._underflows.clear()
        return StreamRequest(
            Direction.OUTPUT,
            SPEECH_RATE_HZ,
            _BLOCK_MS,
            self._feed.on_block,
            _on_finished,
            self._wish,
        )

    def _take(self, stream: SoundStream) -> None:
        self._feed.suit(stream.rate_hz, stream.channels)
        self._playback.latency_s = stream.latency_s
        self._stream = stream
        if self._is_held:
            self._is_held = False
            self._playback.resume()
        self._tries = 0
        self._may_be_misplaced = True  # the list may have changed while it was opened

    def _on_list_changed(self) -> None:
        self._may_be_misplaced = True

    def _look(self) -> None:
        """Now and then: move waiting sound on, notice storms, losses and other places."""
        self._playback.pump()
        if self._renewal is not None:
            self._end_renewal(self._renewal)
        elif self._stream is None:
            self._try_again()
        elif self._is_failing(self._stream) or self._is_misplaced(self._stream):
            self._begin_renewal(self._stream)
        if self._failure is None:
            looks = _QUIET_LOOKS if self._is_settled and not self._playback.is_sounding else 1
            loop = asyncio.get_running_loop()
            self._look_again = loop.call_later(looks * _LOOK_EVERY_S, self._look)

    @property
    def _is_settled(self) -> bool:
        """It is open where it belongs, as far as is known."""
        return self._stream is not None and self._placing is None and not self._may_be_misplaced

    def _is_failing(self, stream: SoundStream) -> bool:
        if not (self._silencing is None or self._silencing.done()):
            return False
        now_s = asyncio.get_running_loop().time()
        self._underflows.append((now_s, self._feed.underflows))
        while now_s - self._underflows[0][0] > _STORM_S:
            self._underflows.popleft()
        in_a_second = self._underflows[-1][1] - self._underflows[0][1]
        return in_a_second > _STORM_UNDERFLOWS or not stream.is_active

    def _is_misplaced(self, stream: SoundStream) -> bool:
        placing = self._placing
        if placing is None:
            if self._may_be_misplaced:
                self._may_be_misplaced = False
                self._placing = self._sound.look_after(stream)
            return False
        if not placing.done():
            return False
        self._placing = None
        return not placing.result()

    def _begin_renewal(self, stream: SoundStream) -> None:
        self._stream, self._placing = None, None
        self.restarts += 1
        self._is_held = self._playback.hold()  # the next card plays what this one still holds
        self._renewal = self._sound.reopen(stream, self._request())

    def _try_again(self) -> None:
        self._rest_looks -= 1
        if self._rest_looks <= 0:
            self._renewal = self._sound.reopen(None, self._request())

    def _end_renewal(self, renewal: Future[SoundStream]) -> None:
        if not renewal.done():
            return
        self._renewal = None
        try:
            self._take(renewal.result())
        except DeviceError as error:
            self._tries += 1
            self._rest_looks = _LOOKS_BETWEEN_TRIES
            if self._tries >= _TRIES:
                self._fail(error)

    def _fail(self, error: DeviceError) -> None:
        sentence = f"The loudspeaker was lost. {error}"
        self._failure = DeviceError("device.lost", sentence, retryable=True, **error.facts)
        self._tries = 0
        self._look_again = None  # nobody looks any more: ``open`` begins anew
        self._changed.set()


def _on_finished() -> None:
    """PortAudio's thread: the end of a stream is noticed by looking at it."""
