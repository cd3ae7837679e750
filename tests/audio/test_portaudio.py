"""The door to PortAudio, with a scripted library behind it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from desktop_app.audio.devices import DeviceKind, DeviceWish, Direction, Reason
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.audio.sound_stream import StreamRequest
from desktop_app.audio.system_devices import SystemDevice, SystemState, SystemStream
from desktop_app.errors import DeviceError


class ScriptedError(Exception):
    """Stands where PortAudio's own error is."""


class ScriptedStream:
    """Opens, or fails with the next scripted error; remembers what was done with it."""

    def __init__(self, library: ScriptedLibrary, wanted: dict[str, Any]) -> None:
        self.wanted = wanted
        self.samplerate = wanted["samplerate"]
        self.channels = wanted["channels"]
        self.latency = 0.18
        self.active = True
        self.done: list[str] = []
        self.environment = {
            name: os.environ.get(name) for name in ("PULSE_SOURCE", "PIPEWIRE_NODE")
        }
        self._library = library
        library.tried.append(self)
        if library.open_errors:
            raise library.open_errors.pop(0)

    def start(self) -> None:
        self._library.starting.set()
        assert self._library.may_start.wait(5)
        if self._library.start_errors:
            raise self._library.start_errors.pop(0)
        self.done.append("start")

    def abort(self, ignore_errors: bool = True) -> None:
        self.done.append("abort")

    def close(self, ignore_errors: bool = True) -> None:
        self.done.append("close")


class ScriptedLibrary:
    """The part of sounddevice that the product uses."""

    PortAudioError = ScriptedError

    def __init__(self) -> None:
        self.host_api = "Windows WASAPI"
        self.name = "Card"
        self.tried: list[ScriptedStream] = []
        self.open_errors: list[Exception] = []
        self.start_errors: list[Exception] = []
        self.starting = threading.Event()
        self.may_start = threading.Event()
        self.may_start.set()
        self.renewals = 0
        self.default = SimpleNamespace(device=(0, 0))

    def query_devices(self) -> list[dict[str, Any]]:
        channels = {"max_input_channels": 4, "max_output_channels": 2}
        return [{"name": self.name, "hostapi": 0, "default_samplerate": 48_000.0, **channels}]

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": self.host_api}]

    def WasapiSettings(self, auto_convert: bool) -> str:  # noqa: N802
        return f"auto_convert={auto_convert}"

    def RawInputStream(self, **wanted: Any) -> ScriptedStream:  # noqa: N802
        return ScriptedStream(self, wanted)

    def RawOutputStream(self, **wanted: Any) -> ScriptedStream:  # noqa: N802
        return ScriptedStream(self, wanted)

    def _terminate(self) -> None:
        self.renewals += 1

    def _initialize(self) -> None:
        pass


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ScriptedLibrary:
    library = ScriptedLibrary()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    return library


@pytest.fixture
async def sound() -> AsyncIterator[SoundSystem]:
    system = SoundSystem(find=lambda _: None)
    yield system
    await system.aclose()


def request(direction: Direction = Direction.INPUT, rate_hz: int = 16_000) -> StreamRequest:
    return StreamRequest(direction, rate_hz, 20, lambda *_: None, lambda: None)


async def test_a_microphone_is_opened_at_its_own_rate_in_mono(sound, library):
    stream = await sound.open(request())
    assert (stream.rate_hz, stream.channels, stream.latency_s) == (48_000, 1, 0.18)
    assert stream.is_active
    wanted = library.tried[0].wanted
    assert (wanted["blocksize"], wanted["dtype"], wanted["latency"]) == (960, "int16", "low")
    assert wanted["extra_settings"] == "auto_convert=True"


async def test_a_loudspeaker_is_opened_as_wanted(sound, library):
    stream = await sound.open(request(Direction.OUTPUT, 24_000))
    assert (stream.rate_hz, stream.channels) == (24_000, 1)
    assert library.tried[0].wanted["blocksize"] == 480


async def test_behind_alsa_a_loudspeaker_gets_a_buffer_and_a_microphone_does_not(sound, library):
    library.host_api = "ALSA"
    await sound.open(request(Direction.OUTPUT, 24_000))
    await sound.open(request())
    assert [stream.wanted["latency"] for stream in library.tried] == [0.2, "low"]
    assert library.tried[0].wanted["extra_settings"] is None


@pytest.mark.parametrize("code", [-9997, -9998])
@pytest.mark.parametrize(
    ("direction", "refused", "opened"),
    [
        (Direction.INPUT, 1, (48_000, 2)),
        (Direction.INPUT, 2, (48_000, 4)),
        (Direction.INPUT, 3, (16_000, 1)),
        (Direction.OUTPUT, 1, (48_000, 2)),
    ],
)
async def test_a_format_that_a_device_refuses_is_followed_by_the_next(
    sound, library, direction, refused, opened, code
):
    library.open_errors = [ScriptedError("Invalid format", code)] * refused
    stream = await sound.open(request(direction))
    assert (stream.rate_hz, stream.channels) == opened
    assert library.tried[-1].wanted["blocksize"] == opened[0] // 50


@pytest.mark.parametrize(
    ("direction", "error", "code", "words"),
    [
        (Direction.INPUT, ScriptedError("Device unavailable", -9985), "device.refused", "Card"),
        (Direction.INPUT, ScriptedError("Invalid device", -9996), "device.no_input", "microphone"),
        (Direction.OUTPUT, ScriptedError("Gone", -9993), "device.no_output", "loudspeaker"),
        (Direction.OUTPUT, ScriptedError(), "device.refused", "unknown error"),
    ],
)
async def test_what_portaudio_says_is_translated(sound, library, direction, error, code, words):
    library.open_errors = [error]
    with pytest.raises(DeviceError, match=words) as caught:
        await sound.open(request(direction))
    assert caught.value.code == code
    assert caught.value.retryable


async def test_a_stream_that_does_not_start_is_closed_again(sound, library):
    library.start_errors = [ScriptedError("Host error", -9999)]
    with pytest.raises(DeviceError) as caught:
        await sound.open(request())
    assert caught.value.code == "device.refused"
    assert library.tried[0].done == ["close"]


async def test_the_list_is_renewed_only_while_no_stream_is_open(sound, library):
    assert [device.name for device in await sound.devices()] == ["Card", "Card"]
    assert library.renewals == 1
    stream = await sound.open(request())
    await sound.devices()
    assert library.renewals == 1
    await sound.close(stream)
    await sound.close(stream)
    await sound.devices()
    assert library.renewals == 2
    assert library.tried[0].done == ["start", "abort", "close"]


@pytest.mark.parametrize(
    ("host_api", "name", "waited_s", "renewals"),
    [
        ("Core Audio", "", 4.0, 1),  # the list is fresh
        ("Core Audio", "", 6.0, 2),
        ("ALSA", "", 6.0, 1),  # the sound server knows what "default" means now
        ("ALSA", "Card", 6.0, 2),
    ],
)
async def test_an_opening_renews_a_list_that_may_be_wrong(
    library, host_api, name, waited_s, renewals
):
    now_s = [100.0]
    system = SoundSystem(clock=lambda: now_s[0], find=lambda _: None)
    library.host_api = host_api
    await system.devices()
    now_s[0] += waited_s
    wanted = replace(request(), wish=DeviceWish(name=name))
    await system.open(wanted)
    assert library.renewals == renewals
    await system.aclose()


async def test_a_device_that_is_gone_is_looked_for_in_a_new_list(sound, library):
    await sound.devices()
    library.open_errors = [ScriptedError("Invalid device", -9996)]
    stream = await sound.open(request())
    assert library.renewals == 2
    assert stream.raw is library.tried[1]


async def test_while_a_stream_is_open_a_device_that_fails_fails_at_once(sound, library):
    await sound.open(request())
    library.open_errors = [ScriptedError("Invalid device", -9996)]
    with pytest.raises(DeviceError):
        await sound.open(request(Direction.OUTPUT))
    assert len(library.tried) == 2


async def test_a_restart_aborts_and_starts_and_tells_whether_it_worked(sound, library):
    stream = await sound.open(request(Direction.OUTPUT))
    assert sound.restart(stream).result(timeout=5)
    assert library.tried[0].done == ["start", "abort", "start"]
    library.start_errors = [ScriptedError("gone", -9999)]
    assert not sound.restart(stream).result(timeout=5)


async def test_reopening_closes_the_old_stream_first(sound, library):
    stream = await sound.open(request(Direction.OUTPUT))
    seen: list[list[str]] = []
    reopening = sound.reopen(
        stream, request(Direction.OUTPUT), lambda: seen.append([*library.tried[0].done])
    )
    renewed = reopening.result(timeout=5)
    assert library.tried[0].done == ["start", "abort", "close"]
    assert renewed.raw is library.tried[1]
    assert seen == [["start", "abort", "close"]], "between the two"
    assert (await sound.renew(None, request(Direction.OUTPUT))).raw is library.tried[2]


async def test_a_stream_that_nobody_waits_for_any_more_is_closed_again(sound, library):
    library.may_start.clear()
    async with asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(sound.open(request()))
        await asyncio.to_thread(library.starting.wait, 5)
        opening.cancel()
    library.may_start.set()
    await sound.devices()
    assert library.tried[0].done == ["start", "abort", "close"]


async def test_an_opening_that_failed_while_nobody_waited_leaves_nothing(sound, library):
    library.may_start.clear()
    library.start_errors = [ScriptedError("Host error", -9999)]
    async with asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(sound.open(request()))
        await asyncio.to_thread(library.starting.wait, 5)
        opening.cancel()
    library.may_start.set()
    await sound.devices()
    assert library.tried[0].done == ["close"]


async def test_a_closing_that_is_cancelled_while_another_device_opens_still_closes(sound, library):
    stream = await sound.open(request())
    library.starting.clear()
    library.may_start.clear()
    sound.reopen(None, request(Direction.OUTPUT))
    await asyncio.to_thread(library.starting.wait, 5)
    async with asyncio.TaskGroup() as tasks:
        closing = tasks.create_task(sound.close(stream))
        await asyncio.sleep(0)
        closing.cancel()
    library.may_start.set()
    await sound.devices()
    assert library.tried[0].done == ["start", "abort", "close"]


async def test_a_stream_that_is_coming_is_closed_though_nobody_waits_for_that(sound, library):
    library.may_start.clear()
    coming = sound.reopen(None, request())
    async with asyncio.TaskGroup() as tasks:
        closing = tasks.create_task(sound.close_coming(coming))
        await asyncio.sleep(0)
        closing.cancel()
    library.may_start.set()
    await sound.devices()
    assert library.tried[0].done == ["start", "abort", "close"]


async def test_closing_the_system_releases_every_stream_and_may_be_repeated(library):
    system = SoundSystem(find=lambda _: None)
    await system.open(request())
    await system.open(request(Direction.OUTPUT))
    await system.aclose()
    await system.aclose()
    assert all(stream.done[-1] == "close" for stream in library.tried)


async def test_a_missing_library_says_how_to_get_it(sound, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(DeviceError, match="libportaudio2") as caught:
        await sound.devices()
    assert caught.value.code == "device.no_portaudio"


class ScriptedSystem:
    """The system's list of devices, as the test says it is."""

    def __init__(self, *devices: SystemDevice, is_server: bool = True) -> None:
        self.host_api = "PulseAudio" if is_server else "Core Audio"
        self.is_server = is_server
        self.state: SystemState | None = SystemState(devices)
        self.is_closed = False
        self.on_change = lambda: None

    def found(self, on_change: Callable[[], None]) -> ScriptedSystem:
        self.on_change = on_change
        return self

    def become(self, *devices: SystemDevice, streams: tuple[SystemStream, ...] = ()) -> None:
        """Something happens, and whoever watches is told on another thread."""
        self.state = SystemState(devices, streams)
        teller = threading.Thread(target=self.on_change)
        teller.start()
        teller.join()

    def look(self, within_s: float) -> SystemState | None:
        return self.state

    def close(self) -> None:
        self.is_closed = True


DESK = SystemDevice("usb-1", "Desk mic", Direction.INPUT, True, DeviceKind.OTHER, 44_100, 1)
ROOM = SystemDevice("usb-2", "Room mic", Direction.INPUT, False, DeviceKind.OTHER, 8_000, 6)


def at(device: SystemDevice | str, number: int = 1) -> SystemStream:
    id = device if isinstance(device, str) else device.id
    return SystemStream(number, Direction.INPUT, id, latency_s=0.07)


@pytest.fixture
def behind_server(library, monkeypatch):
    """PortAudio knows one door; the server knows two microphones."""
    library.host_api = "ALSA"
    library.name = "pulse"
    for name in ("PULSE_SOURCE", "PULSE_SINK", "PIPEWIRE_NODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIPEWIRE_NODE", "of a person")
    return ScriptedSystem(DESK, ROOM)


async def test_behind_a_server_its_devices_are_listed_and_portaudio_is_left_alone(
    library, behind_server
):
    system = SoundSystem(find=behind_server.found)
    found = await system.devices()
    assert [(one.id, one.name, one.rate_hz, one.channels, one.is_default) for one in found] == [
        ("usb-1", "Desk mic", 44_100, 1, True),
        ("usb-2", "Room mic", 8_000, 6, False),
    ]
    assert library.renewals == 0
    assert library.tried == [], "a list opens nothing"
    await system.aclose()
    assert behind_server.is_closed


@pytest.mark.parametrize(("wish", "aim"), [("", None), ("usb-1", None), ("usb-2", "usb-2")])
async def test_a_server_is_told_which_device_is_meant_unless_it_is_its_own_choice(
    library, behind_server, wish, aim
):
    system = SoundSystem(find=behind_server.found)
    stream = await system.open(replace(request(), wish=DeviceWish(wish)))
    assert library.tried[0].environment["PULSE_SOURCE"] == aim
    assert library.tried[0].environment["PIPEWIRE_NODE"] == (aim or "of a person")
    assert "PULSE_SOURCE" not in os.environ
    assert os.environ["PIPEWIRE_NODE"] == "of a person"
    assert stream.rate_hz == stream.device.rate_hz == (8_000 if aim else 44_100)
    assert (stream.choice.reason is Reason.CHOSEN) is bool(wish)
    await system.aclose()


@pytest.mark.parametrize(
    ("devices", "place", "is_placed", "name"),
    [
        ((DESK, ROOM), at(DESK), True, "Desk mic"),
        ((DESK, ROOM), at(ROOM), True, "Room mic"),  # moved by hand
        ((DESK, ROOM), at("speaker.monitor"), False, "Desk mic"),  # a monitor
        ((replace(ROOM, is_default=True),), at(ROOM), False, "Room mic"),  # other format
        ((replace(ROOM, is_default=True, rate_hz=44_100),), at(ROOM), True, "Room mic"),
        ((DESK, replace(ROOM, is_default=True)), at(DESK), True, "Desk mic"),  # DESK comes first
        ((replace(DESK, is_default=False), replace(ROOM, is_default=True)), at(DESK), False, None),
        ((replace(DESK, plug=2), ROOM), at(ROOM), False, "Room mic"),  # rescued, DESK is back
        ((), at(""), False, "Desk mic"),
        ((replace(DESK, rate_hz=16_000),), at(DESK), False, "Desk mic"),  # another profile
    ],
)
async def test_a_stream_is_looked_after(library, behind_server, devices, place, is_placed, name):
    system = SoundSystem(find=behind_server.found)
    stream = await system.open(request())
    told = asyncio.Event()
    with system.watched(told.set):
        behind_server.become(*devices, streams=(at("older", 0), place))
        await asyncio.wait_for(told.wait(), 5)
    assert system.look_after(stream).result(timeout=5) is is_placed
    assert name is None or stream.device.name == name
    await system.aclose()


async def test_a_stream_that_is_where_it_was_wished_for_again_is_taken_back(behind_server):
    system = SoundSystem(find=behind_server.found)
    stream = await system.open(replace(request(), wish=DeviceWish("usb-2", "Room mic")))
    behind_server.become(DESK, streams=(at(DESK),))
    assert not system.look_after(stream).result(timeout=5)
    stream = await system.renew(stream, replace(request(), wish=DeviceWish("usb-2", "Room mic")))
    assert (stream.device.name, stream.choice.reason) == ("Desk mic", Reason.CHOSEN_IS_AWAY)
    behind_server.become(DESK, ROOM, streams=(at(DESK, 2),))
    assert not system.look_after(stream).result(timeout=5)
    assert stream.server_latency_s == 0.07
    stream = await system.renew(stream, replace(request(), wish=DeviceWish("usb-2", "Room mic")))
    assert (stream.device.name, stream.choice.reason) == ("Room mic", Reason.CHOSEN)
    await system.aclose()


async def test_a_stream_that_ended_belongs_nowhere(library, behind_server):
    system = SoundSystem(find=behind_server.found)
    stream = await system.open(request())
    library.tried[0].active = False
    assert not system.look_after(stream).result(timeout=5)
    await system.aclose()


CARD = SystemDevice("uid-1", "Card", Direction.INPUT, True, rate_hz=96_000)
OUT = SystemDevice("uid-2", "Card", Direction.OUTPUT, True)


async def test_without_a_server_the_systems_list_adds_ids_and_formats(library):
    library.host_api = "Core Audio"
    found = ScriptedSystem(CARD, OUT, is_server=False)
    system = SoundSystem(find=found.found)
    devices = await system.devices()
    assert [(device.id, device.rate_hz, device.channels) for device in devices] == [
        ("uid-1", 96_000, 4),
        ("uid-2", 48_000, 2),
    ]
    await system.aclose()


async def test_an_opening_after_a_change_ends_the_other_streams_to_renew_the_list(library):
    library.host_api = "Core Audio"
    found = ScriptedSystem(CARD, OUT, is_server=False)
    system = SoundSystem(find=found.found)
    other = await system.open(request(Direction.OUTPUT))
    before = library.renewals
    found.become(replace(CARD, id="uid-3"), OUT)
    assert system.look_after(other).result(timeout=5)
    stream = await system.open(request())
    assert (stream.device.id, library.renewals) == ("uid-3", before + 1)
    assert library.tried[0].done == ["start", "abort", "close"]
    again = await system.renew(other, request(Direction.OUTPUT))
    assert library.renewals == before + 1
    assert (again.is_active, stream.is_active) == (True, True)
    await system.aclose()
