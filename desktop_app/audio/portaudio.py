"""The one door to PortAudio: a single thread opens, closes and lists devices."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from desktop_app.audio.devices import Direction, SoundDevice, choose, devices_from, missing
from desktop_app.errors import DeviceError

Result = TypeVar("Result")
Callback = Callable[[Any, int, Any, Any], None]

_NO_DEVICE_CODES = {-9996, -9993}  # invalid device, bad combination: a sound server that went
_FORMAT_CODES = {-9998, -9997}  # channel count, sample rate
_BUFFERING_HOSTS = {"ALSA"}  # a sound server behind ALSA runs dry with less than this
_BUFFERED_LATENCY_S = 0.2
_INDIRECT_HOSTS = {"ALSA"}  # "default" is asked anew at each opening, the list need not be
_FRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a stream should be.

    Attributes:
        device: Its name, or None for the system's choice.
        rate_hz: What a loudspeaker is opened at unless it refuses; a microphone is opened at
            its own rate, in mono unless it refuses that, and converted here.
        block_ms: How much sound one callback carries.
        callback: PortAudio's thread: ``(buffer, frames, time, status)``, int16 interleaved.
        on_finished: PortAudio's thread: the stream ended, whoever ended it.
    """

    direction: Direction
    device: str | None
    rate_hz: int
    block_ms: int
    callback: Callback
    on_finished: Callable[[], None]


@dataclass(frozen=True, slots=True)
class SoundStream:
    """An open stream. ``raw`` is sounddevice's and belongs to the system's thread."""

    raw: Any
    device: SoundDevice
    rate_hz: int
    channels: int
    latency_s: float

    @property
    def is_active(self) -> bool:
        """Whether the card still calls. Any thread, while not closed."""
        return bool(self.raw.active)


class SoundSystem:
    """PortAudio, loaded when first asked for. One for a process.

    PortAudio may be entered by one thread at a time when it opens, closes or lists; that is
    the thread of this object. Its list of devices is frozen while initialised, so it is
    initialised anew before listing whenever no stream is open. That takes 30 ms and more, so
    an opening is content with a list that is a few seconds old, and renews it when the device
    is not there any more.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._worker = ThreadPoolExecutor(1, "portaudio")
        self._open: list[Any] = []
        self._clock = clock
        self._listed_at_s: float | None = None

    async def devices(self) -> tuple[SoundDevice, ...]:
        """Every microphone and loudspeaker there is now; empty when there is none.

        Raises:
            DeviceError: ``device.no_portaudio``.
        """
        return await self._call(self._list)

    async def open(self, request: StreamRequest) -> SoundStream:
        """Open and start a stream.

        Raises:
            DeviceError: ``device.no_portaudio``, ``device.no_input``, ``device.no_output``,
                ``device.refused``.
        """
        opening = self._worker.submit(self._open_stream, request)
        try:
            return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            self._worker.submit(self._close_unwanted, opening)
            raise

    async def close(self, stream: SoundStream) -> None:
        """Release a stream at once. Idempotent, never fails."""
        await self._call(lambda: self._close_stream(stream.raw))

    def restart(self, stream: SoundStream) -> Future[bool]:
        """Silence what the card still holds, then go on. Returns without waiting.

        Returns:
            Whether the stream runs again.
        """
        return self._worker.submit(_abort_and_start, stream.raw)

    def reopen(self, stream: SoundStream, request: StreamRequest) -> Future[SoundStream]:
        """Close a stream that fails and open another. Returns without waiting.

        Returns:
            The new stream, or the DeviceError of ``open``.
        """

        def renew() -> SoundStream:
            self._close_stream(stream.raw)
            return self._open_stream(request)

        return self._worker.submit(renew)

    async def aclose(self) -> None:
        """Release everything. Idempotent."""
        with contextlib.suppress(RuntimeError):  # closed before
            await self._call(self._close_all)
        self._worker.shutdown(wait=False)

    async def _call(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._worker.submit(work))

    def _list(self) -> tuple[SoundDevice, ...]:
        was_loaded = "sounddevice" in sys.modules
        sound = _load()
        if was_loaded and not self._open:
            sound._terminate()
            sound._initialize()
        self._listed_at_s = self._clock()
        return _described(sound)

    def _open_stream(self, request: StreamRequest) -> SoundStream:
        if self._may_trust_list(request):
            try:
                return self._open_among(_described(_load()), request)
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
        return is_fresh or (request.device is None and _is_default_indirect(request.direction))

    def _open_among(self, devices: Sequence[SoundDevice], request: StreamRequest) -> SoundStream:
        return self._open_device(choose(devices, request.direction, request.device), request)

    def _open_device(self, device: SoundDevice, request: StreamRequest) -> SoundStream:
        with device_errors(request.direction, device.name):
            raw = _start_in_any(request, device)
        self._open.append(raw)
        return SoundStream(raw, device, round(raw.samplerate), raw.channels, float(raw.latency))

    def _close_stream(self, raw: Any) -> None:
        if raw in self._open:
            self._open.remove(raw)
            raw.abort(ignore_errors=True)
            raw.close(ignore_errors=True)

    def _close_unwanted(self, opening: Future[SoundStream]) -> None:
        """Close what was opened for somebody who no longer waits."""
        if not opening.cancelled() and opening.exception() is None:
            self._close_stream(opening.result().raw)

    def _close_all(self) -> None:
        for raw in tuple(self._open):
            self._close_stream(raw)


def _described(sound: ModuleType) -> tuple[SoundDevice, ...]:
    defaults = dict(zip(Direction, sound.default.device, strict=True))
    return devices_from(sound.query_devices(), sound.query_hostapis(), defaults)


def _is_default_indirect(direction: Direction) -> bool:
    """Whether the preferred device is a name that is looked up at each opening."""
    return any(
        device.is_default and device.direction is direction and device.host_api in _INDIRECT_HOSTS
        for device in _described(_load())
    )


def _start_in_any(request: StreamRequest, device: SoundDevice) -> Any:
    """Start the stream in the first format that the device does not refuse."""
    *preferred, last = _formats(request, device)
    for rate_hz, channels in preferred:
        try:
            return _start(request, device, rate_hz, channels)
        except Exception as error:
            if _code_of(error) not in _FORMAT_CODES:
                raise
    return _start(request, device, *last)


def _formats(request: StreamRequest, device: SoundDevice) -> tuple[tuple[int, int], ...]:
    """Rates and channel counts to try, best first."""
    own = (device.rate_hz, min(device.channels, 2))
    if request.direction is Direction.OUTPUT:
        return (request.rate_hz, 1), own
    return (device.rate_hz, 1), own, (request.rate_hz, 1)


def _start(request: StreamRequest, device: SoundDevice, rate_hz: int, channels: int) -> Any:
    sound = _load()
    is_input = request.direction is Direction.INPUT
    kind = sound.RawInputStream if is_input else sound.RawOutputStream
    is_buffered = not is_input and device.host_api in _BUFFERING_HOSTS
    raw = kind(
        samplerate=rate_hz,
        blocksize=rate_hz * request.block_ms // 1000,
        device=device.index,
        channels=channels,
        dtype="int16",
        latency=_BUFFERED_LATENCY_S if is_buffered else "low",
        extra_settings=_extra_settings(sound, device),
        callback=request.callback,
        finished_callback=request.on_finished,
    )
    try:
        raw.start()
    except BaseException:
        raw.close(ignore_errors=True)
        raise
    return raw


def _extra_settings(sound: ModuleType, device: SoundDevice) -> Any:
    if device.host_api == "Windows WASAPI":
        return sound.WasapiSettings(auto_convert=True)
    return None


def _abort_and_start(raw: Any) -> bool:
    sound = _load()
    try:
        raw.abort(ignore_errors=True)
        raw.start()
    except sound.PortAudioError:
        return False
    return True


def _load() -> ModuleType:
    """PortAudio through sounddevice, with ALSA's chatter silenced.

    Raises:
        DeviceError: ``device.no_portaudio``.
    """
    if "sounddevice" not in sys.modules:
        _silence_alsa()
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise DeviceError(
            "device.no_portaudio",
            "The sound library PortAudio is missing; on Debian: apt install libportaudio2.",
        ) from error
    return sounddevice


def _silence_alsa() -> None:
    """Let ALSA report its errors to nobody: in a storm it prints thousands of lines.

    The handler is a harmless function of the C library (``getppid`` ignores its arguments), so
    that no Python runs on the card's thread.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        alsa = ctypes.CDLL("libasound.so.2")
        nothing = ctypes.cast(ctypes.CDLL(None).getppid, ctypes.c_void_p)
        alsa.snd_lib_error_set_handler(nothing)


@contextlib.contextmanager
def device_errors(direction: Direction, device: str) -> Iterator[None]:
    """Translate what PortAudio raises.

    Raises:
        DeviceError: ``device.no_input``, ``device.no_output`` or ``device.refused``.
    """
    try:
        yield
    except _load().PortAudioError as error:
        if _code_of(error) in _NO_DEVICE_CODES:
            raise missing(direction) from error
        reason = str(error.args[0]) if error.args else "unknown error"
        raise DeviceError(
            "device.refused",
            f"{device} cannot be used: {reason}.",
            retryable=True,
            device=device,
        ) from error


def _code_of(error: BaseException) -> int:
    """PortAudio's error number; 0 when it gave none."""
    return next((part for part in error.args if isinstance(part, int)), 0)
