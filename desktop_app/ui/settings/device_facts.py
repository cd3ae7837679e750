"""How the devices that are used work: how fast, and how late."""

from __future__ import annotations

from desktop_app.link.device_messages import DeviceShown
from desktop_app.prose import tr
from desktop_app.state.app_state import Devices
from desktop_app.ui import numbers, wording


def device_facts(devices: Devices, input_id: str, output_id: str) -> str:
    """A line for the microphone and one for the loudspeaker, as far as something is known.

    Args:
        devices: All there are.
        input_id, output_id: The chosen ones, empty for what the system prefers.
    """
    chosen = (
        (tr("Microphone"), _chosen(devices, input_id, is_input=True)),
        (tr("Loudspeaker"), _chosen(devices, output_id)),
    )
    known = [(name, one) for name, one in chosen if one is not None and one.rate_hz]
    return "\n".join(wording.labelled(name, _facts(one)) for name, one in known)


def _chosen(devices: Devices, device_id: str, *, is_input: bool = False) -> DeviceShown | None:
    those = [one for one in devices.shown if one.is_input is is_input]
    if device_id:
        return next((one for one in those if one.id == device_id), None)
    return next((one for one in those if one.is_default), None)


def _facts(device: DeviceShown) -> str:
    rate = tr("{number} kHz").format(number=numbers.decimal(device.rate_hz / 1000))
    late = tr("{number} ms late").format(number=numbers.whole(device.latency_ms))
    return wording.listed(wording.apart(device.name), rate, late if device.latency_ms else "")
