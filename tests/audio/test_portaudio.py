"""The door to PortAudio, with a scripted library behind it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from desktop_app.audio.devices import Direction
from desktop_app.audio.portaudio import SoundSystem, StreamRequest
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
        return [{"name": "Card", "hostapi": 0, "default_samplerate": 48_000.0, **channels}]

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
    system = SoundSystem()
    yield system
    await system.aclose()


def request(direction: Direction = Direction.INPUT, rate_hz: int = 16_000) -> StreamRequest:
    return StreamRequest(direction, None, rate_hz, 20, lambda *_: None, lambda: None)


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
        (Direction.INPUT, 2, (16_000, 1)),
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
        ("Core Audio", None, 4.0, 1),  # the list is fresh
        ("Core Audio", None, 6.0, 2),
        ("ALSA", None, 6.0, 1),  # the sound server knows what "default" means now
        ("ALSA", "Card", 6.0, 2),
    ],
)
async def test_an_opening_renews_a_list_that_may_be_wrong(
    library, host_api, name, waited_s, renewals
):
    now_s = [100.0]
    system = SoundSystem(clock=lambda: now_s[0])
    library.host_api = host_api
    await system.devices()
    now_s[0] += waited_s
    wanted = StreamRequest(Direction.INPUT, name, 16_000, 20, lambda *_: None, lambda: None)
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
    renewed = sound.reopen(stream, request(Direction.OUTPUT)).result(timeout=5)
    assert library.tried[0].done == ["start", "abort", "close"]
    assert renewed.raw is library.tried[1]


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


async def test_closing_the_system_releases_every_stream_and_may_be_repeated(library):
    system = SoundSystem()
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
