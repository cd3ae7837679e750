"""The sound server's list, from a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from desktop_app.audio import pulse_library
from desktop_app.audio.devices import DeviceKind, Direction
from desktop_app.audio.pulse_server import PulseServer
from desktop_app.audio.system_devices import SystemDevice, SystemState
from tests.fakes.sound_server import SoundServer

WITHIN_S = 10.0


class Watched:
    """A connection, and a way to wait for what it tells."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self.told = 0
        self.server = PulseServer(self._on_change)

    def _on_change(self) -> None:
        with self._news:
            self.told += 1
            self._news.notify_all()

    def device(self, device_id: str) -> SystemDevice | None:
        state = self.server.look(WITHIN_S) or SystemState()
        return next((one for one in state.devices if one.id == device_id), None)

    def after(self, change: Callable[[], None]) -> None:
        """Let something happen at the server, and return when that was told."""
        with self._news:
            before = self.told
        change()
        with self._news:
            assert self._news.wait_for(lambda: self.told > before, WITHIN_S)


@pytest.fixture
def watched(sound_server: SoundServer) -> Iterator[Watched]:
    watched = Watched()
    watched.server.look(WITHIN_S)
    yield watched
    watched.server.close()


def test_microphones_and_loudspeakers_are_listed_and_no_monitors(watched):
    state = watched.server.look(WITHIN_S)
    inputs = {one.id for one in state.devices if one.direction is Direction.INPUT}
    assert inputs == {"mic"}
    speaker = watched.device("speaker")
    assert (speaker.direction, speaker.is_default) == (Direction.OUTPUT, True)
    assert (speaker.rate_hz, speaker.channels) == (48_000, 2)
    assert 0 < speaker.latency_s < 5
    assert state.streams == (), "what the test itself hums is not ours"


def test_what_comes_goes_and_becomes_the_default_is_told(watched, sound_server):
    watched.after(lambda: sound_server.plug_microphone("headset"))
    first = watched.device("headset")
    assert (first.name, first.is_default) == ("headset", False)
    watched.after(lambda: sound_server.prefer("source", "headset"))
    assert watched.device("headset").is_default
    watched.after(lambda: sound_server.unplug("headset"))
    assert watched.device("headset") is None
    watched.after(lambda: sound_server.plug_microphone("headset", rate_hz=16_000))
    again = watched.device("headset")
    assert again.rate_hz == 16_000
    assert again.plug != first.plug, "it was plugged in anew"


def test_no_question_is_missed_whenever_it_comes(watched):
    for _ in range(100):
        before = watched.server._looked
        watched.server.look(WITHIN_S)
        assert watched.server._looked > before


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ("device.bus=bluetooth", DeviceKind.BLUETOOTH),
        ("device.bus=pci", DeviceKind.BUILT_IN),
        ("device.form_factor=internal", DeviceKind.BUILT_IN),
        ("device.bus=pci device.form_factor=headset", DeviceKind.OTHER),
        ("device.bus=usb", DeviceKind.OTHER),
    ],
)
def test_how_a_device_is_attached_is_read_of_its_properties(
    watched, sound_server, properties, kind
):
    watched.after(lambda: sound_server.plug_microphone("one", properties=properties))
    assert watched.device("one").kind is kind


def test_a_server_that_goes_away_is_looked_for_until_it_is_back(watched, sound_server):
    watched.after(sound_server.stop)
    assert watched.server.look(0.0) is None
    watched.after(sound_server.start)
    assert watched.device("mic") is not None


def test_closing_may_be_repeated_and_comes_to_an_end(sound_server):
    server = PulseServer(lambda: None)
    server.look(WITHIN_S)
    server.close()
    server.close()
    assert not any(thread.name == "pulse" for thread in threading.enumerate())


def test_without_the_library_there_is_no_list(monkeypatch):
    monkeypatch.setattr(pulse_library, "load", lambda: None)
    server = PulseServer(lambda: None)
    assert server.look(WITHIN_S) is None
    server.close()
