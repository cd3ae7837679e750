"""What the operating system itself knows of its sound devices, beyond PortAudio's frozen list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from desktop_app.audio.devices import DeviceKind, Direction, SoundDevice, with_own_names

_GATES = ("pulse", "pipewire", "default")  # PortAudio's doors to a sound server, best first


@dataclass(frozen=True, slots=True)
class SystemDevice:
    """A microphone or loudspeaker; see SoundDevice for what the fields mean."""

    id: str
    name: str
    direction: Direction
    is_default: bool = False
    kind: DeviceKind = DeviceKind.OTHER
    rate_hz: int = 0
    channels: int = 0
    latency_s: float = field(default=0.0, compare=False)
    plug: int = 0


@dataclass(frozen=True, slots=True)
class SystemStream:
    """A stream of this process at a sound server.

    Attributes:
        number: The server's; a later stream has a higher one.
        device: The id of what it plays to or records from; that of a monitor too.
        latency_s: What the server adds: its queue for the stream and the device behind it.
    """

    number: int
    direction: Direction
    device: str
    latency_s: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class SystemState:
    """What there was at one moment."""

    devices: tuple[SystemDevice, ...] = ()
    streams: tuple[SystemStream, ...] = ()


class SystemDevices(Protocol):
    """A list of devices that is alive.

    Attributes:
        host_api: PortAudio's name for how these devices are reached, or ``PulseAudio``.
        is_server: Whether a server moves streams between its devices, and PortAudio knows the
            server only.
    """

    host_api: str
    is_server: bool

    def look(self, within_s: float) -> SystemState | None:
        """What there is now, or None when the system does not say. Blocks; any thread.

        Args:
            within_s: How long to wait for an answer; then the newest known is returned.
        """

    def close(self) -> None:
        """Stop watching. Idempotent."""


FindSystemDevices = Callable[[Callable[[], None]], SystemDevices | None]
"""Given what to call (on any thread) whenever something changed."""


def merged(
    listed: Sequence[SoundDevice], system: SystemDevices, state: SystemState | None
) -> tuple[SoundDevice, ...]:
    """PortAudio's devices with what the system knows of them.

    Args:
        listed: As PortAudio lists them.
        system: Who told ``state``.
        state: What it told, or None.
    """
    if state is None:
        return tuple(listed)
    if system.is_server:
        return _behind_server(listed, system, state) or tuple(listed)
    return _matched(listed, system, state) or tuple(listed)


def _behind_server(
    listed: Sequence[SoundDevice], system: SystemDevices, state: SystemState
) -> tuple[SoundDevice, ...]:
    names = {device.name: device.index for device in listed if device.host_api == "ALSA"}
    gate = next((names[name] for name in _GATES if name in names), None)
    if gate is None:
        return ()
    found = [_sound_device(device, gate, system.host_api) for device in state.devices]
    return with_own_names(found, lambda device: device.id)


def _sound_device(device: SystemDevice, index: int, host_api: str) -> SoundDevice:
    return SoundDevice(
        device.name,
        index,
        device.direction,
        host_api,
        device.channels,
        device.rate_hz,
        device.is_default,
        device.id,
        device.kind,
        device.latency_s,
        device.plug,
    )


def _matched(
    listed: Sequence[SoundDevice], system: SystemDevices, state: SystemState
) -> tuple[SoundDevice, ...]:
    """The system's devices that PortAudio can open, by direction and name."""
    own = [device for device in listed if device.host_api == system.host_api]
    suffix = f" ({system.host_api})"  # added where several host APIs list one name
    known = {(device.direction, device.name.removesuffix(suffix)): device for device in own}
    found = []
    for device in state.devices:
        if (match := known.pop((device.direction, device.name), None)) is not None:
            found.append(
                replace(
                    match,
                    name=device.name,
                    id=device.id,
                    kind=device.kind,
                    is_default=device.is_default,
                    rate_hz=device.rate_hz or match.rate_hz,
                    latency_s=device.latency_s or match.latency_s,
                )
            )
    return with_own_names(found, lambda device: device.id)
