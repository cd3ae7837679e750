"""Microphones and loudspeakers as values, and which of them is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Any

from desktop_app.errors import DeviceError


class Direction(Enum):
    """Which way sound goes."""

    INPUT = "input"
    OUTPUT = "output"


class DeviceKind(StrEnum):
    """How a device is attached, as far as it matters for the choice between two."""

    BLUETOOTH = "bluetooth"
    BUILT_IN = "built-in"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device as the system describes it.

    Attributes:
        name: What people call it, unique in a list.
        index: PortAudio's number. Valid until the list is renewed.
        host_api: ``ALSA``, ``Core Audio``, ``Windows WASAPI``, ``PulseAudio`` ...
        channels: How many it has in this direction.
        rate_hz: What it runs at by itself.
        is_default: Whether the system prefers it.
        id: The system's own name for it, which stays when it is plugged in again; else empty.
        latency_s: How late it is by itself, as the system says; 0.0 where it does not.
        plug: Another number each time it is plugged in, where the system tells.
    """

    name: str
    index: int
    direction: Direction
    host_api: str
    channels: int
    rate_hz: int
    is_default: bool = False
    id: str = ""
    kind: DeviceKind = DeviceKind.OTHER
    latency_s: float = field(default=0.0, compare=False)
    plug: int = 0

    def is_same(self, other: SoundDevice | None) -> bool:
        """Whether both describe one device."""
        if other is None or self.direction is not other.direction:
            return False
        return self.id == other.id if self.id and other.id else self.name == other.name


@dataclass(frozen=True, slots=True)
class DeviceWish:
    """The device that a person chose; both empty for the system's choice.

    Attributes:
        id: The system's own name for it, or empty.
        name: What people call it: where ids change, it is found by this.
    """

    id: str = ""
    name: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the system may choose."""
        return not (self.id or self.name)


ANY_DEVICE = DeviceWish()


class Reason(StrEnum):
    """Why a device is used."""

    CHOSEN = "chosen"
    DEFAULT = "default"
    CHOSEN_IS_AWAY = "chosen is away"
    SPARES_HEADSET = "spares headset"  # its microphone would make its loudspeaker sound worse


@dataclass(frozen=True, slots=True)
class Choice:
    """The device that is meant, and why."""

    device: SoundDevice
    reason: Reason


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
    return with_own_names(found, lambda device: device.host_api)


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
        latency_s=float(entry.get(f"default_low_{direction.value}_latency", 0.0)),
    )


def with_own_names(
    devices: Sequence[SoundDevice], tell_apart: Callable[[SoundDevice], str]
) -> tuple[SoundDevice, ...]:
    """The same devices; to names that several share is added what tells them apart."""
    shared = Counter((device.direction, device.name) for device in devices)
    return tuple(
        device
        if shared[device.direction, device.name] == 1
        else replace(device, name=f"{device.name} ({tell_apart(device)})")
        for device in devices
    )


def choose(
    devices: Sequence[SoundDevice], direction: Direction, wish: DeviceWish = ANY_DEVICE
) -> Choice:
    """The device that was wished for, or else the system's choice.

    The microphone of a Bluetooth headset is spared as long as nobody chose it and the computer
    has one of its own: to use it, the headset leaves the profile in which music sounds well.

    Raises:
        DeviceError: ``device.no_input`` or ``device.no_output``: there is none at all.
    """
    candidates = [device for device in devices if device.direction is direction]
    if not candidates:
        raise missing(direction)
    if not wish.is_open and (wished := _wished(candidates, wish)) is not None:
        return Choice(wished, Reason.CHOSEN)
    preferred = next((device for device in candidates if device.is_default), candidates[0])
    own = next((device for device in candidates if device.kind is DeviceKind.BUILT_IN), None)
    if direction is Direction.INPUT and preferred.kind is DeviceKind.BLUETOOTH and own is not None:
        return Choice(own, Reason.SPARES_HEADSET)
    return Choice(preferred, Reason.DEFAULT if wish.is_open else Reason.CHOSEN_IS_AWAY)


def _wished(candidates: Sequence[SoundDevice], wish: DeviceWish) -> SoundDevice | None:
    by_id = [device for device in candidates if wish.id and device.id == wish.id]
    by_name = [device for device in candidates if wish.name and device.name == wish.name]
    return next(iter([*by_id, *by_name]), None)


def missing(direction: Direction) -> DeviceError:
    """The error that says that there is no device."""
    kind = "microphone" if direction is Direction.INPUT else "loudspeaker"
    return DeviceError(
        f"device.no_{direction.value}", f"No {kind} was found.", retryable=True, device=kind
    )
