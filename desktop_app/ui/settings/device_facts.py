"""How the devices that are used work: how fast, and how late."""

from __future__ import annotations

from desktop_app.link.device_messages import DeviceShown
from desktop_app.prose import tr
from desktop_app.state.app_state import Devices
from desktop_app.ui import numbers


def device_facts(devices: Devices, input_id: str, output_id: str) -> str:
    """A line for the microphone and one for the loudspeaker, as far as something is known.

    Args:
        devices: All there are.
        input_id, output_id: The chosen ones, empty for what the system prefers.
    """
    chosen = (_chosen(devices, input_id, is_input=True), _chosen(devices, output_id))
    return "\n".join(_facts(one) for one in chosen if one is not None and one.rate_hz)


def _chosen(devices: Devices, device_id: str, *, is_input: bool = False) -> DeviceShown | None:
    those = [one for one in devices.shown if one.is_input is is_input]
    if device_id:
        return next((one for one in those if one.id == device_id), None)
    return next((one for one in those if one.is_default), None)


def _facts(device: DeviceShown) -> str:
    rate = numbers.decimal(device.rate_hz / 1000)
    if not device.latency_ms:
        return tr("{device}: {rate} kHz").format(device=device.name, rate=rate)
    words = tr("{device}: {rate} kHz, {number} ms late")
    number = numbers.whole(device.latency_ms)
    return words.format(device=device.name, rate=rate, number=number)
