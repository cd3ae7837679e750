"""Loads PortAudio and translates what it raises."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from types import ModuleType

from desktop_app.audio.devices import Direction, SoundDevice, devices_from, missing
from desktop_app.errors import DeviceError

_NO_DEVICE_CODES = {-9996, -9993}  # invalid device, bad combination: a sound server that went


def load() -> ModuleType:
    """PortAudio through sounddevice, with ALSA's chatter silenced.

    Raises:
        DeviceError: ``device.no_portaudio``.
    """
    if not is_loaded():
        _silence_alsa()
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise DeviceError(
            "device.no_portaudio",
            "The sound library PortAudio is missing; on Debian: apt install libportaudio2.",
        ) from error
    return sounddevice


def is_loaded() -> bool:
    """Whether PortAudio has looked for devices before."""
    return "sounddevice" in sys.modules


def listed_devices() -> tuple[SoundDevice, ...]:
    """PortAudio's list, as old as it is.

    Raises:
        DeviceError: ``device.no_portaudio``.
    """
    sound = load()
    defaults = dict(zip(Direction, sound.default.device, strict=True))
    return devices_from(sound.query_devices(), sound.query_hostapis(), defaults)


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
    except load().PortAudioError as error:
        if code_of(error) in _NO_DEVICE_CODES:
            raise missing(direction) from error
        reason = str(error.args[0]) if error.args else "unknown error"
        raise DeviceError(
            "device.refused",
            f"{device} cannot be used: {reason}.",
            retryable=True,
            device=device,
        ) from error


def code_of(error: BaseException) -> int:
    """PortAudio's error number; 0 when it gave none."""
    return next((part for part in error.args if isinstance(part, int)), 0)
