"""Devices as values: names, defaults and who is missing."""

from __future__ import annotations

import pytest

from desktop_app.audio.devices import Direction, SoundDevice, choose, devices_from
from desktop_app.errors import DeviceError

HOST_APIS = [{"name": "MME"}, {"name": "Windows WASAPI"}]


def entry(name: str, inputs: int, outputs: int, host_api: int = 0) -> dict[str, object]:
    return {
        "name": name,
        "hostapi": host_api,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": 44_100.0,
    }


ENTRIES = [
    entry("Headset\n  Pro", 1, 2),
    entry("Speakers", 0, 2),
    entry("Speakers", 0, 2, host_api=1),
]
DEVICES = devices_from(ENTRIES, HOST_APIS, {Direction.INPUT: 0, Direction.OUTPUT: 2})


def test_a_device_with_both_directions_appears_in_both():
    assert [(device.direction, device.name) for device in DEVICES] == [
        (Direction.INPUT, "Headset Pro"),
        (Direction.OUTPUT, "Headset Pro"),
        (Direction.OUTPUT, "Speakers (MME)"),
        (Direction.OUTPUT, "Speakers (Windows WASAPI)"),
    ]


def test_a_device_tells_its_channels_rate_and_host():
    assert DEVICES[0] == SoundDevice(
        "Headset Pro", 0, Direction.INPUT, "MME", channels=1, rate_hz=44_100, is_default=True
    )


def test_without_a_name_the_preferred_device_is_chosen():
    assert choose(DEVICES, Direction.OUTPUT, None).index == 2


def test_without_a_preferred_device_any_is_chosen():
    devices = devices_from(ENTRIES, HOST_APIS, {Direction.INPUT: -1, Direction.OUTPUT: -1})
    assert choose(devices, Direction.OUTPUT, None).index == 0


def test_a_device_is_chosen_by_name():
    assert choose(DEVICES, Direction.OUTPUT, "Speakers (MME)").index == 1


@pytest.mark.parametrize(
    ("direction", "name", "code", "words"),
    [
        (Direction.INPUT, "Speakers (MME)", "device.no_input", r"Speakers \(MME\) is not"),
        (Direction.OUTPUT, "Old radio", "device.no_output", "Old radio is not connected"),
    ],
)
def test_a_device_that_is_gone_is_named(direction, name, code, words):
    with pytest.raises(DeviceError, match=words) as caught:
        choose(DEVICES, direction, name)
    assert (caught.value.code, caught.value.facts["device"]) == (code, name)


@pytest.mark.parametrize("direction", Direction)
def test_no_device_at_all_is_said_so(direction):
    with pytest.raises(DeviceError, match="was found") as caught:
        choose((), direction, None)
    assert caught.value.code == f"device.no_{direction.value}"
