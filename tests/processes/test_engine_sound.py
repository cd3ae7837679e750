"""What a window asks of sound, answered with a real sound server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from desktop_app.audio.devices import DeviceWish
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.link.device_messages import (
    DevicesChanged,
    DeviceShown,
    ListDevices,
    MicrophoneTest,
    MicrophoneTestChanged,
    StartMicrophoneTest,
    StopMicrophoneTest,
    SwitchMicrophone,
)
from desktop_app.link.messages import LevelMeasured, LinkEvent, Phase, PhaseChanged
from desktop_app.processes.engine_sound import EngineSound
from desktop_app.settings import VoiceSettings
from desktop_app.tasks import Background
from tests.fakes.sound_server import SoundServer

LIMIT_S = 20


class Rig:
    """The engine's sound, and what it told."""

    def __init__(self) -> None:
        self.system = SoundSystem()
        self.voice = VoiceSettings()
        self.told: list[LinkEvent] = []
        self._background = Background(lambda name, error: pytest.fail(f"{name}: {error!r}"))
        self.sound = EngineSound(self.system, lambda: self.voice, self._publish, self._background)
        self._has_news = asyncio.Event()

    def _publish(self, event: LinkEvent) -> None:
        self.told.append(event)
        self._has_news.set()

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not is_true():
                self._has_news.clear()
                await self._has_news.wait()

    @property
    def shown(self) -> tuple[DeviceShown, ...]:
        lists = [event.devices for event in self.told if isinstance(event, DevicesChanged)]
        return lists[-1] if lists else ()

    def device(self, device_id: str) -> DeviceShown | None:
        return next((one for one in self.shown if one.id == device_id), None)

    async def aclose(self) -> None:
        self.sound.close()
        await self._background.aclose()
        await self.system.aclose()


@pytest.fixture
async def rig(sound_server: SoundServer) -> AsyncIterator[Rig]:
    rig = Rig()
    yield rig
    await rig.aclose()


async def test_devices_are_listed_and_followed_and_no_microphone_is_opened(rig, sound_server):
    rig.sound.on_intent(ListDevices())
    await rig.until(lambda: rig.device("mic") is not None)
    microphone, loudspeaker = rig.device("mic"), rig.device("speaker")
    assert (microphone.is_input, microphone.is_default, microphone.rate_hz) == (True, True, 48_000)
    assert (loudspeaker.is_input, loudspeaker.channels) == (False, 2)
    assert loudspeaker.latency_ms > 0, "what the system says of the card"
    assert not any(one.is_current for one in rig.shown)
    sound_server.plug_microphone("headset")
    await rig.until(lambda: rig.device("headset") is not None)
    sound_server.prefer("source", "headset")
    await rig.until(lambda: rig.device("headset").is_default)
    sound_server.unplug("headset")
    await rig.until(lambda: rig.device("headset") is None)
    assert sound_server.listeners() == 0


async def test_what_a_conversation_has_open_is_marked_with_its_real_latency(rig, sound_server):
    rig.sound.on_intent(ListDevices())
    await rig.until(lambda: rig.device("mic") is not None)
    parts = rig.sound.open_sound(rig.voice)
    await parts.microphone.open()
    await parts.loudspeaker.open()
    rig.sound.follow(PhaseChanged("t", Phase.LISTENING))
    await rig.until(lambda: rig.device("mic").is_current and rig.device("speaker").is_current)
    assert 0 < rig.device("mic").latency_ms < 1_000
    assert 0 < rig.device("speaker").latency_ms < 1_000
    await parts.microphone.close()
    await parts.loudspeaker.close()
    await rig.until(lambda: not any(one.is_current for one in rig.shown))


async def test_an_open_microphone_is_exchanged_for_the_one_that_was_chosen(rig, sound_server):
    sound_server.plug_microphone("headset")
    microphone = rig.sound.open_sound(rig.voice).microphone
    await microphone.open()
    frames = microphone.frames()
    await anext(frames)
    rig.sound.on_intent(SwitchMicrophone("headset"))
    async with asyncio.timeout(LIMIT_S):
        while microphone.device_name != "headset":
            await anext(frames)
    assert rig.sound.open_sound(rig.voice).microphone._wish == DeviceWish("headset", "headset")
    rig.sound.settle()
    async with asyncio.timeout(LIMIT_S):
        while microphone.device_name == "headset":
            await anext(frames)
    await frames.aclose()
    await microphone.close()


async def test_a_microphone_is_tried_out_and_closed(rig, sound_server):
    rig.sound.on_intent(StartMicrophoneTest("mic"))
    await sound_server.microphone_is_open()
    await rig.until(lambda: any(isinstance(event, LevelMeasured) for event in rig.told))
    rig.sound.on_intent(StopMicrophoneTest())
    await sound_server.microphone_is_closed()
    states = [event.state for event in rig.told if isinstance(event, MicrophoneTestChanged)]
    assert states == [MicrophoneTest.LISTENING, MicrophoneTest.OFF]
