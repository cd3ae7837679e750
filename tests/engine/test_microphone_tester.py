"""A microphone is tried out: heard, played back, never kept longer than the program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.engine.microphone_tester import KEPT_MS, LISTEN_MS, MicrophoneTester
from desktop_app.errors import DeviceError
from desktop_app.link.device_messages import MicrophoneTest, MicrophoneTestChanged
from desktop_app.link.messages import LevelMeasured, LinkEvent
from desktop_app.tasks import Background
from tests.fakes.loudspeaker import HandLoudspeaker
from tests.fakes.microphone import DrawnMicrophone
from tests.fakes.virtual_time import VirtualTime, rounds


class Rig:
    """A tester with one microphone and one loudspeaker."""

    def __init__(self) -> None:
        time = VirtualTime()
        self.microphone = DrawnMicrophone(time)
        self.loudspeaker = HandLoudspeaker(time)
        self.asked_for: list[str] = []
        self.told: list[LinkEvent] = []
        self.background = Background(lambda name, error: pytest.fail(f"{name}: {error!r}"))
        self.tester = MicrophoneTester(
            self._microphone, lambda: self.loudspeaker, self.told.append, self.background
        )

    def _microphone(self, device: str) -> DrawnMicrophone:
        self.asked_for.append(device)
        return self.microphone

    @property
    def states(self) -> list[tuple[str, int, str]]:
        changes = [one for one in self.told if isinstance(one, MicrophoneTestChanged)]
        return [(one.state.value, one.kept_ms, one.code) for one in changes]

    async def listen(self, device: str = "") -> None:
        self.tester.start(device)
        await rounds()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    yield rig
    await rig.background.aclose()


async def test_it_listens_and_shows_how_loud_it_is_until_it_is_stopped(rig):
    await rig.listen("usb-cam")
    assert rig.microphone.is_open
    await rig.microphone.hear("####")
    rig.tester.stop()
    await rounds()
    assert not rig.microphone.is_open
    assert rig.asked_for == ["usb-cam"]
    assert rig.states == [("listening", 0, ""), ("off", 80, "")]
    levels = [one.microphone for one in rig.told if isinstance(one, LevelMeasured)]
    assert min(levels[:-1]) > 0.3
    assert levels[-1] == 0.0


async def test_it_closes_the_microphone_by_itself_and_keeps_the_last_seconds(rig):
    await rig.listen()
    for _ in range(LISTEN_MS // 1_000):
        assert rig.microphone.is_open
        await rig.microphone.hear("#" * 50)
    await rounds()
    assert not rig.microphone.is_open
    assert rig.states[-1] == ("off", KEPT_MS, "")


async def test_what_was_heard_is_played_once_the_microphone_is_closed(rig):
    await rig.listen()
    await rig.microphone.hear("#" * 50)
    rig.tester.play()
    await rounds()
    assert not rig.microphone.is_open
    assert rig.loudspeaker.is_open
    assert rig.states[-1] == ("playing", 1_000, "")
    await rig.loudspeaker.sound(2_000)
    await rounds()
    assert sum(len(pcm) for _, pcm in rig.loudspeaker.heard) == 48_000
    assert not rig.loudspeaker.is_open
    assert rig.states[-1] == ("off", 1_000, "")


async def test_a_new_test_forgets_the_one_before(rig):
    await rig.listen()
    await rig.microphone.hear("####")
    await rig.listen()
    assert rig.microphone.opened == 2
    rig.tester.stop()
    await rounds()
    assert rig.states[-1] == ("off", 0, "")


async def test_a_microphone_that_cannot_be_used_is_told(rig):
    rig.microphone.refusals.append(DeviceError("device.refused", "Busy."))
    await rig.listen()
    assert rig.states == [("off", 0, "device.refused")]


async def test_a_switch_that_is_off_is_told_and_goes_when_sound_comes(rig):
    await rig.listen()
    rig.microphone.is_muted = True
    await rig.microphone.hear(".")
    rig.microphone.is_muted = False
    await rig.microphone.hear("#")
    assert [code for _, _, code in rig.states] == ["", "device.silent", ""]


async def test_a_loudspeaker_that_cannot_be_used_is_told(rig):
    rig.loudspeaker.refusals.append(DeviceError("device.no_output", "None."))
    rig.tester.play()
    await rounds()
    assert rig.states == [("off", 0, "device.no_output")]


async def test_a_refusal_says_why(rig):
    rig.tester.refuse("microphone.in_use")
    await asyncio.sleep(0)
    assert rig.told == [MicrophoneTestChanged(MicrophoneTest.OFF, "", 0, "microphone.in_use")]
