"""Composition root of ``parley devices``: the microphones and loudspeakers, none of them opened."""

from __future__ import annotations

import asyncio
from typing import Any

from desktop_app.audio.devices import SoundDevice
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.commands.terminal.output import Output

_COLUMNS = ("kind", "default", "name", "format", "latency", "id")


def list_devices(*, as_json: bool = False) -> int:
    """Print them.

    Raises:
        DeviceError: ``device.no_portaudio``.
    """
    found = asyncio.run(_found())
    out = Output(as_json=as_json)
    values = [_value(device) for device in found]
    if not found and not as_json:
        out.say("There is no microphone and no loudspeaker; `parley doctor` says what to do.")
    else:
        out.rows(_COLUMNS, [_row(device) for device in found], values)
    out.finish()
    return 0


async def _found() -> tuple[SoundDevice, ...]:
    sound = SoundSystem()
    try:
        return await sound.devices()
    finally:
        await sound.aclose()


def _row(device: SoundDevice) -> list[object]:
    kind = "microphone" if device.direction.value == "input" else "loudspeaker"
    default = "yes" if device.is_default else ""
    shape = f"{device.rate_hz} Hz, {device.channels}"
    late = f"{device.latency_s * 1000:.0f} ms" if device.latency_s else ""
    return [kind, default, device.name, shape, late, device.id]


def _value(device: SoundDevice) -> dict[str, Any]:
    return {
        "direction": device.direction.value,
        "id": device.id,
        "name": device.name,
        "is_default": device.is_default,
        "kind": device.kind.value,
        "rate_hz": device.rate_hz,
        "channels": device.channels,
        "latency_ms": round(device.latency_s * 1000),
        "host_api": device.host_api,
    }
