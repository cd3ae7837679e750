"""The one door to PortAudio: a single thread opens, closes and lists devices."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from desktop_app.audio import portaudio_library
from desktop_app.audio.devices import Direction, SoundDevice, choose
from desktop_app.audio.platform_devices import system_devices
from desktop_app.audio.sound_stream import (
    SoundStream,
    StreamRequest,
    abort_and_start,
    open_stream,
)
from desktop_app.audio.system_devices import (
    FindSystemDevices,
    SystemState,
    SystemStream,
    merged,
)
from desktop_app.errors import DeviceError

Result = TypeVar("Result")

_INDIRECT_HOSTS = {"ALSA"}  # "default" is asked anew at each opening, the list need not be
_FRESH_S = 5.0
_LOOK_WITHIN_S = 0.3


class SoundSystem:
    """PortAudio, loaded when first asked for. One for a process.

    PortAudio may be entered by one thread at a time when it opens, closes or lists; that is
    the thread of this object. Its list of devices is frozen while initialised. Behind a sound
    server that does not matter: the server is asked, and PortAudio knows one door to it.
    Elsewhere PortAudio is initialised anew before listing whenever no stream is open, which
    takes 30 ms and more; so an opening is content with a list that is a few seconds old, and
    renews it when the system says that it changed, or the device is not there any more. For an
    opening after a change the other streams are ended, and whoever holds them opens them again.

    Args:
        find: Finds the system's own list.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        find: FindSystemDevices = system_devices,
    ) -> None:
        self._worker = ThreadPoolExecutor(1, "portaudio")
        self._open: list[SoundStream] = []
        self._clock = clock
        self._listed_at_s: float | None = None
        self._has_changed = False
        self._watchers: list[tuple[asyncio.AbstractEventLoop, Callable[[], None]]] = []
        self._system = find(self._on_change)

    async def devices(self) -> tuple[SoundDevice, ...]:
        """Every microphone and loudspeaker there is now; empty when there is none.

        Opens none of them.

        Raises:
            DeviceError: ``device.no_portaudio``.
        """
        return await self._call(self._list)

    async def in_use(self) -> tuple[SoundStream, ...]:
        """The open streams, their latency read anew."""
        return await self._call(self._read_latencies)

    async def open(self, request: StreamRequest) -> SoundStream:
        """Open and start a stream.

        Raises:
            DeviceError: ``device.no_portaudio``, ``device.no_input``, ``device.no_output``,
                ``device.refused``.
        """
        return await self._opened(self._worker.submit(self._open_stream, request))

    async def close(self, stream: SoundStream) -> None:
        """Release a stream at once, also if the waiting is cancelled. Idempotent, never fails."""
        closing = self._worker.submit(self._close_stream, stream)
        await asyncio.shield(
            asyncio.wrap_future(closing)
        )  # cancelled in the queue it would stay open

    async def close_coming(self, opening: Future[SoundStream]) -> None:
        """Release the stream of a ``reopen`` that may not have ended. Never fails."""
        closing = self._worker.submit(self._close_unwanted, opening)
        await asyncio.shield(asyncio.wrap_future(closing))

    def restart(self, stream: SoundStream) -> Future[bool]:
        """Silence what the card still holds, then go on. Returns without waiting.

        Returns:
            Whether the stream runs again.
        """
        return self._worker.submit(abort_and_start, stream.raw)

    def reopen(
        self,
        stream: SoundStream | None,
        request: StreamRequest,
        between: Callable[[], None] = lambda: None,
    ) -> Future[SoundStream]:
        """Close a stream and open another. Returns without waiting.

        Args:
            stream: The one to close, if it is still there.
            request: What to open.
            between: Called on the system's thread when nobody calls back any more.

        Returns:
            The new stream, or the DeviceError of ``open``.
        """

        def renew() -> SoundStream:
            if stream is not None:
                self._close_stream(stream)
            between()
            return self._open_stream(request)

        return self._worker.submit(renew)

    async def renew(self, stream: SoundStream | None, request: StreamRequest) -> SoundStream:
        """Close a stream, open another and wait for that.

        Raises:
            DeviceError: As ``open``.
        """
        return await self._opened(self.reopen(stream, request))

    def look_after(self, stream: SoundStream) -> Future[bool]:
        """Whether the stream is where it belongs; notes in it where that is. Does not wait.

        Where a person moved it by hand, at the sound server, it may stay; not where the server
        did so because its device was unplugged for a moment.
        """
        return self._worker.submit(self._is_placed, stream)

    @contextlib.contextmanager
    def watched(self, on_change: Callable[[], None]) -> Iterator[None]:
        """Have the running loop call when a device came, went, or became the default."""
        watcher = (asyncio.get_running_loop(), on_change)
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    async def aclose(self) -> None:
        """Release everything. Idempotent."""
        with contextlib.suppress(RuntimeError):  # closed before
            await self._call(self._close_all)
        self._worker.shutdown(wait=False)

    async def _call(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._worker.submit(work))

    async def _opened(self, opening: Future[SoundStream]) -> SoundStream:
        try:
            return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            with contextlib.suppress(RuntimeError):  # closed meanwhile, with all streams
                self._worker.submit(self._close_unwanted, opening)
            raise

    def _on_change(self) -> None:
        # The system's own thread.
        self._has_changed = True
        for loop, call in tuple(self._watchers):
            with contextlib.suppress(RuntimeError):  # that loop is closed
                loop.call_soon_threadsafe(call)

    # ---- the system's thread ------------------------------------------------------------------

    def _list(self) -> tuple[SoundDevice, ...]:
        state = self._look()
        if self._is_behind_server(state):
            return self._merged(state)
        self._renew_list()
        return self._merged(state)

    def _look(self) -> SystemState | None:
        return self._system.look(_LOOK_WITHIN_S) if self._system is not None else None

    def _merged(self, state: SystemState | None) -> tuple[SoundDevice, ...]:
        listed = portaudio_library.listed_devices()
        return listed if self._system is None else merged(listed, self._system, state)

    def _is_behind_server(self, state: SystemState | None) -> bool:
        """Whether the server is there and PortAudio knows a door to it."""
        if self._system is None or state is None or not self._system.is_server:
            return False
        devices = self._merged(state)
        return any(device.host_api == self._system.host_api for device in devices)

    def _renew_list(self) -> None:
        was_loaded = portaudio_library.is_loaded()
        sound = portaudio_library.load()
        if was_loaded and not self._open:
            sound._terminate()
            sound._initialize()
        self._listed_at_s = self._clock()
        self._has_changed = bool(self._open)

    def _open_stream(self, request: StreamRequest) -> SoundStream:
        state = self._look()
        if self._is_behind_server(state):
            return self._open_among(self._merged(state), request)
        if state is not None and self._has_changed:
            self._close_all_streams()
        elif self._may_trust_list(request):
            try:
                return self._open_among(self._merged(state), request)
            except DeviceError:
                if self._open:
                    raise
        return self._open_among(self._list(), request)

    def _may_trust_list(self, request: StreamRequest) -> bool:
        """Whether the list there is still tells which device is meant."""
        if self._open:
            return True
        if self._listed_at_s is None:
            return False
        is_fresh = self._clock() - self._listed_at_s <= _FRESH_S
        return is_fresh or (request.wish.is_open and _is_default_indirect(request.direction))

    def _open_among(self, devices: Sequence[SoundDevice], request: StreamRequest) -> SoundStream:
        stream = open_stream(request, choose(devices, request.direction, request.wish))
        self._open.append(stream)
        return stream

    def _is_placed(self, stream: SoundStream) -> bool:
        state = self._look()
        if not stream.is_active:
            return False
        try:
            devices = self._merged(state)
            choice = choose(devices, stream.device.direction, stream.wish)
        except DeviceError:
            return False
        place = self._place_of(stream, state, devices)
        if place is None:
            return False
        is_meant = place.is_same(choice.device)
        before = stream.choice.device
        is_new_choice = not choice.device.is_same(before) or choice.device.plug != before.plug
        is_new_rate = place.rate_hz != stream.device.rate_hz
        stream.choice, stream.device = choice, place
        if is_meant:
            return not (is_new_rate and place.direction is Direction.INPUT)
        return not is_new_choice

    def _read_latencies(self) -> tuple[SoundStream, ...]:
        state = self._look() if self._open else None
        if state is not None and self._is_behind_server(state):
            for stream in self._open:
                own = _own_stream(state, stream.device.direction)
                stream.server_latency_s = own.latency_s if own else 0.0
        return tuple(self._open)

    def _place_of(
        self, stream: SoundStream, state: SystemState | None, devices: Sequence[SoundDevice]
    ) -> SoundDevice | None:
        """Where the stream's sound really comes from or goes to; None for nowhere."""
        direction = stream.device.direction
        if self._is_behind_server(state) and state is not None:
            newest = _own_stream(state, direction)
            if newest is None:
                return stream.device  # the server does not tell of its streams
            stream.server_latency_s = newest.latency_s
            return next(
                (
                    device
                    for device in devices
                    if device.direction is direction and device.id == newest.device
                ),
                None,
            )
        return next((device for device in devices if device.is_same(stream.device)), None)

    def _close_stream(self, stream: SoundStream) -> None:
        if stream in self._open:
            self._open.remove(stream)
            stream.raw.abort(ignore_errors=True)
            stream.raw.close(ignore_errors=True)

    def _close_unwanted(self, opening: Future[SoundStream]) -> None:
        """Close what was opened for somebody who no longer waits."""
        if not opening.cancelled() and opening.exception() is None:
            self._close_stream(opening.result())

    def _close_all_streams(self) -> None:
        for stream in tuple(self._open):
            self._close_stream(stream)

    def _close_all(self) -> None:
        self._close_all_streams()
        if self._system is not None:
            self._system.close()


def _own_stream(state: SystemState, direction: Direction) -> SystemStream | None:
    """The newest one of this process: the card has one in each direction."""
    own = [at for at in state.streams if at.direction is direction]
    return max(own, key=lambda at: at.number, default=None)


def _is_default_indirect(direction: Direction) -> bool:
    """Whether the preferred device is a name that is looked up at each opening."""
    return any(
        device.is_default and device.direction is direction and device.host_api in _INDIRECT_HOSTS
        for device in portaudio_library.listed_devices()
    )
