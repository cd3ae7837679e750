"""Microphones and loudspeakers as values, and how they are found by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from desktop_app.errors import DeviceError


class Direction(Enum):
    """Which way sound goes."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device as the system describes it.

    Attributes:
        name: Stable and unique in a list; the host API is added where two share a name.
        index: PortAudio's number. Valid until the list is renewed.
        host_api: ``ALSA``, ``Core Audio``, ``Windows WASAPI`` ...
        channels: How many it has in this direction.
        rate_hz: What it runs at by itself.
        is_default: Whether the system prefers it.
    """

    name: str
    index: int
    direction: Direction
    host_api: str
    channels: int
    rate_hz: int
    is_default: bool = False


def devices_from(
    devices: Sequence[Mapping[str, Any]],
    host_apis: Sequence[Mapping[str, Any]],
    defaults: Mapping[Direction, int],
) -> tuple[SoundDevice, ...]:
    """Read PortAudio's description; a device with inputs and outputs appears twice."""
    found = [
        _device(index, entry, direction, host_apis, defaults)
        for direction in Direction
        for index, entry in enumerate(devices)
        if int(entry[f"max_{direction.value}_channels"]) > 0
    ]
    shared = Counter((device.direction, device.name) for device in found)
    return tuple(
        device if shared[device.direction, device.name] == 1 else _with_host_api(device)
        for device in found
    )


def _device(
    index: int,
    entry: Mapping[str, Any],
    direction: Direction,
    host_apis: Sequence[Mapping[str, Any]],
    defaults: Mapping[Direction, int],
) -> SoundDevice:
    return SoundDevice(
        name=" ".join(str(entry["name"]).split()),
        index=index,
        direction=direction,
        host_api=str(host_apis[int(entry["hostapi"])]["name"]),
        channels=int(entry[f"max_{direction.value}_channels"]),
        rate_hz=round(float(entry["default_samplerate"])),
        is_default=defaults.get(direction) == index,
    )


def _with_host_api(device: SoundDevice) -> SoundDevice:
    return SoundDevice(
        f"{device.name} ({device.host_api})",
        device.index,
        device.direction,
        device.host_api,
        device.channels,
        device.rate_hz,
        device.is_default,
    )


def choose(devices: Sequence[SoundDevice], direction: Direction, name: str | None) -> SoundDevice:
    """The device of that name, or the preferred one, or any.

    Raises:
        DeviceError: ``device.no_input`` or ``device.no_output``: there is none, or none of
            that name.
    """
    candidates = [device for device in devices if device.direction is direction]
    if name:
        candidates = [device for device in candidates if device.name == name]
    if not candidates:
        raise missing(direction, name)
    return next((device for device in candidates if device.is_default), candidates[0])


def missing(direction: Direction, name: str | None = None) -> DeviceError:
    """The error that says that a device is not there."""
    kind = "microphone" if direction is Direction.INPUT else "loudspeaker"
    sentence = f"The {kind} {name} is not connected." if name else f"No {kind} was found."
    return DeviceError(
        f"device.no_{direction.value}", sentence, retryable=True, device=name or kind
    )
