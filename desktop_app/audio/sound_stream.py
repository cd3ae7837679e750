"""One stream of PortAudio: what is wanted, how it is opened, what it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from desktop_app.audio import portaudio_library
from desktop_app.audio.devices import ANY_DEVICE, Choice, DeviceWish, Direction, SoundDevice

Callback = Callable[[Any, int, Any, Any], None]

_FORMAT_CODES = {-9998, -9997}  # channel count, sample rate
_BUFFERING_HOSTS = {"ALSA", "PulseAudio"}  # a sound server runs dry with less than this
_BUFFERED_LATENCY_S = 0.2
_AIMS = {
    Direction.INPUT: ("PULSE_SOURCE", "PIPEWIRE_NODE"),
    Direction.OUTPUT: ("PULSE_SINK", "PIPEWIRE_NODE"),
}


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a stream should be.

    Attributes:
        rate_hz: What a loudspeaker is opened at unless it refuses; a microphone is opened at
            its own rate, in mono unless it refuses that, and converted here.
        block_ms: How much sound one callback carries.
        callback: PortAudio's thread: ``(buffer, frames, time, status)``, int16 interleaved.
        on_finished: PortAudio's thread: the stream ended, whoever ended it.
        wish: Which device.
    """

    direction: Direction
    rate_hz: int
    block_ms: int
    callback: Callback
    on_finished: Callable[[], None]
    wish: DeviceWish = ANY_DEVICE


@dataclass(slots=True, eq=False)
class SoundStream:
    """An open stream. ``raw`` is sounddevice's and belongs to the system's thread.

    Attributes:
        choice: Which device was meant when it was last looked after, and why.
        device: Where the sound really comes from or goes to; a server may move it.
        wish: Which device a person wants.
        latency_s: What PortAudio says of its own buffers.
        server_latency_s: What a sound server said that it adds, when last looked after.
    """

    raw: Any
    choice: Choice
    rate_hz: int
    channels: int
    latency_s: float
    wish: DeviceWish
    device: SoundDevice
    server_latency_s: float = 0.0

    @property
    def delay_s(self) -> float:
        """How late its sound is: what a server measures of its own queue and card, if it does."""
        return self.server_latency_s or self.latency_s

    @property
    def is_active(self) -> bool:
        """Whether the card still calls. Any thread."""
        return bool(self.raw.active)


def open_stream(request: StreamRequest, choice: Choice) -> SoundStream:
    """Open and start a stream on the chosen device. PortAudio's thread only.

    Raises:
        DeviceError: ``device.no_input``, ``device.no_output``, ``device.refused``.
    """
    device = choice.device
    with portaudio_library.device_errors(request.direction, device.name), _aimed_at(device):
        raw = _start_in_any(request, device)
    return SoundStream(
        raw,
        choice,
        round(raw.samplerate),
        raw.channels,
        float(raw.latency),
        request.wish,
        device,
    )


@contextlib.contextmanager
def _aimed_at(device: SoundDevice) -> Iterator[None]:
    """Say to the sound server which of its devices is meant, unless it is its own choice.

    ALSA's plugins for servers take that from the environment of the process, and nowhere else.
    A stream that was not aimed follows the server's choice without a gap.
    """
    if device.host_api != "PulseAudio" or device.is_default:
        yield
        return
    names = _AIMS[device.direction]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, device.id))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start_in_any(request: StreamRequest, device: SoundDevice) -> Any:
    """Start the stream in the first format that the device does not refuse."""
    *preferred, last = _formats(request, device)
    for rate_hz, channels in preferred:
        try:
            return _start(request, device, rate_hz, channels)
        except Exception as error:
            if portaudio_library.code_of(error) not in _FORMAT_CODES:
                raise
    return _start(request, device, *last)


def _formats(request: StreamRequest, device: SoundDevice) -> tuple[tuple[int, int], ...]:
    """Rates and channel counts to try, best first."""
    own = (device.rate_hz, min(device.channels, 2))
    every = (device.rate_hz, device.channels)
    if request.direction is Direction.OUTPUT:
        return (request.rate_hz, 1), own, every
    return (device.rate_hz, 1), own, every, (request.rate_hz, 1)


def _start(request: StreamRequest, device: SoundDevice, rate_hz: int, channels: int) -> Any:
    sound = portaudio_library.load()
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


def abort_and_start(raw: Any) -> bool:
    """Drop what the card holds and go on. PortAudio's thread only; False when it refuses."""
    sound = portaudio_library.load()
    try:
        raw.abort(ignore_errors=True)
        raw.start()
    except sound.PortAudioError:
        return False
    return True
