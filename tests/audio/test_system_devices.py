"""What the system knows of devices, put together with what PortAudio can open."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from desktop_app.audio.devices import DeviceKind, Direction, SoundDevice
from desktop_app.audio.system_devices import (
    SystemDevice,
    SystemState,
    SystemStream,
    merged,
)

SERVER = SimpleNamespace(host_api="PulseAudio", is_server=True)
MAC = SimpleNamespace(host_api="Core Audio", is_server=False)
MIC = SystemDevice(
    "bluez_1",
    "Headset",
    Direction.INPUT,
    is_default=True,
    kind=DeviceKind.BLUETOOTH,
    rate_hz=16_000,
    channels=1,
    latency_s=0.03,
    plug=7,
)


def listed(name: str, index: int, host_api: str = "ALSA") -> SoundDevice:
    return SoundDevice(name, index, Direction.INPUT, host_api, 32, 44_100)


def test_without_news_of_the_system_portaudios_list_stands():
    devices = (listed("default", 0),)
    assert merged(devices, SERVER, None) == devices


@pytest.mark.parametrize(
    ("names", "gate"),
    [
        (("default", "pulse", "pipewire"), 1),
        (("hw:0", "pipewire", "default"), 1),
        (("default",), 0),
    ],
)
def test_a_servers_devices_are_reached_through_its_best_door(names, gate):
    doors = [listed(name, index) for index, name in enumerate(names)]
    [found] = merged(doors, SERVER, SystemState((MIC,)))
    assert (found.index, found.host_api, found.id, found.name) == (
        gate,
        "PulseAudio",
        "bluez_1",
        "Headset",
    )
    assert (found.rate_hz, found.channels, found.latency_s, found.plug) == (16_000, 1, 0.03, 7)
    assert (found.kind, found.is_default) == (DeviceKind.BLUETOOTH, True)


def test_a_server_without_a_door_is_of_no_use():
    cards = (listed("hw:0", 0),)
    assert merged(cards, SERVER, SystemState((MIC,))) == cards


def test_two_devices_of_one_name_are_told_apart_by_their_ids():
    twin = SystemDevice("usb-2", "Headset", Direction.INPUT)
    found = merged((listed("pulse", 0),), SERVER, SystemState((MIC, twin)))
    assert [one.name for one in found] == ["Headset (bluez_1)", "Headset (usb-2)"]


def test_without_a_server_only_what_portaudio_can_open_is_there_and_knows_more():
    other = SystemDevice("uid-9", "Speaker", Direction.OUTPUT)
    headset = listed("Headset (Core Audio)", 3, "Core Audio")
    [found] = merged((listed("Headset", 1), headset), MAC, SystemState((MIC, other)))
    assert (found.index, found.name, found.id, found.rate_hz) == (3, "Headset", "bluez_1", 16_000)
    assert (found.channels, found.kind) == (32, DeviceKind.BLUETOOTH)


def test_where_nothing_matches_portaudios_list_stands():
    devices = (listed("Line in", 1, "Core Audio"),)
    assert merged(devices, MAC, SystemState((MIC,))) == devices


def test_a_latency_that_wavers_is_no_news():
    def state(latency_s: float) -> SystemState:
        device = SystemDevice("a", "A", Direction.INPUT, latency_s=latency_s)
        return SystemState((device,), (SystemStream(1, Direction.INPUT, "a", latency_s),))

    assert state(0.1) == state(0.2)
