"""Devices as values: names, defaults and who is missing."""

from __future__ import annotations

import pytest

from desktop_app.audio.devices import (
    ANY_DEVICE,
    DeviceKind,
    DeviceWish,
    Direction,
    Reason,
    SoundDevice,
    choose,
    devices_from,
)
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


def test_without_a_wish_the_preferred_device_is_chosen():
    choice = choose(DEVICES, Direction.OUTPUT)
    assert (choice.device.index, choice.reason) == (2, Reason.DEFAULT)


def test_without_a_preferred_device_any_is_chosen():
    devices = devices_from(ENTRIES, HOST_APIS, {Direction.INPUT: -1, Direction.OUTPUT: -1})
    assert choose(devices, Direction.OUTPUT).device.index == 0


def device(name: str, id: str = "", *, kind: DeviceKind = DeviceKind.OTHER, **more) -> SoundDevice:
    return SoundDevice(name, 0, Direction.INPUT, "PulseAudio", 1, 48_000, id=id, kind=kind, **more)


OLD, NEW = device("Desk mic", "usb-1"), device("Room mic", "usb-2", is_default=True)


@pytest.mark.parametrize(
    ("wish", "found", "reason"),
    [
        (DeviceWish("usb-1", "Desk mic"), OLD, Reason.CHOSEN),
        (DeviceWish("usb-1", "Room mic"), OLD, Reason.CHOSEN),  # the id counts for more
        (DeviceWish("usb-7", "Desk mic"), OLD, Reason.CHOSEN),  # ids may change
        (DeviceWish(name="Desk mic"), OLD, Reason.CHOSEN),
        (DeviceWish("usb-9", "Old radio"), NEW, Reason.CHOSEN_IS_AWAY),
        (ANY_DEVICE, NEW, Reason.DEFAULT),
    ],
)
def test_bar_18_a_wish_is_met_by_id_then_by_name_and_else_by_the_systems_choice(
    wish, found, reason
):
    choice = choose((OLD, NEW), Direction.INPUT, wish)
    assert (choice.device, choice.reason) == (found, reason)


HEADSET = device("Headset", "bluez-1", kind=DeviceKind.BLUETOOTH, is_default=True)
INSIDE = device("Internal", "pci-1", kind=DeviceKind.BUILT_IN)


def test_the_microphone_of_a_bluetooth_headset_is_spared_until_somebody_chooses_it():
    spared = choose((OLD, HEADSET, INSIDE), Direction.INPUT)
    assert (spared.device, spared.reason) == (INSIDE, Reason.SPARES_HEADSET)
    chosen = choose((HEADSET, INSIDE), Direction.INPUT, DeviceWish("bluez-1"))
    assert (chosen.device, chosen.reason) == (HEADSET, Reason.CHOSEN)
    alone = choose((OLD, HEADSET), Direction.INPUT)
    assert (alone.device, alone.reason) == (HEADSET, Reason.DEFAULT)


def test_a_device_is_the_same_by_its_id_and_by_its_name_where_there_is_none():
    assert OLD.is_same(device("Renamed", "usb-1"))
    assert not OLD.is_same(device("Desk mic", "usb-2"))
    assert device("Desk mic").is_same(OLD)
    assert not OLD.is_same(None)


@pytest.mark.parametrize("direction", Direction)
def test_no_device_at_all_is_said_so(direction):
    with pytest.raises(DeviceError, match="was found") as caught:
        choose((), direction, DeviceWish("usb-1"))
    assert caught.value.code == f"device.no_{direction.value}"
