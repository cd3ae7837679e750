"""The microphone's two sides, with a scripted card."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from desktop_app.audio.devices import (
    DeviceKind,
    DeviceWish,
    Direction,
    SoundDevice,
)
from desktop_app.audio.frames import FRAME_BYTES, AudioFrame
from desktop_app.audio.loop_waker import LoopWaker
from desktop_app.audio.microphone import FrameCutter, Microphone
from desktop_app.engine import ports
from desktop_app.errors import DeviceError
from tests.fakes.capturing import ScriptedSound

LOUD = b"\x00\x20" * 320


def input_device(name: str, *, kind: DeviceKind = DeviceKind.OTHER) -> SoundDevice:
    return SoundDevice(name, 0, Direction.INPUT, "ALSA", 1, 16_000, kind=kind)


_made = list[Microphone]()


def microphone_of(sound: ScriptedSound) -> Microphone:
    _made.append(Microphone(sound, clock=lambda: 50.0))
    return _made[-1]


@pytest.fixture(autouse=True)
async def all_are_closed() -> AsyncIterator[None]:
    yield
    while _made:
        await _made.pop().close()


async def take(microphone: Microphone, count: int) -> list[AudioFrame]:
    taken: list[AudioFrame] = []
    async for frame in microphone.frames():
        taken.append(frame)
        if len(taken) == count:
            break
    return taken


async def test_it_is_the_microphone_that_the_engine_wants():
    port: ports.Microphone = Microphone(ScriptedSound())
    assert port.device_name == ""
    assert [frame async for frame in port.frames()] == []


async def test_blocks_of_the_card_become_frames():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    await microphone.open()
    assert (sound.opened, microphone.device_name) == (1, "Desk mic")
    sound.capture(LOUD, bytes(640))
    assert await take(microphone, 2) == [AudioFrame(LOUD, 50.0), AudioFrame(bytes(640), 50.0)]


async def test_a_frame_is_stamped_with_the_capture_of_its_own_last_sample():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    sound.capture(LOUD + LOUD + LOUD[:320])
    assert [frame.at_s for frame in await take(microphone, 2)] == pytest.approx([49.97, 49.99])


def test_no_frame_is_stamped_earlier_than_the_one_before_it():
    cutter = FrameCutter(16_000, 1)
    late = list(cutter.feed(LOUD, 50.036))  # its thread had to wait
    behind = list(cutter.feed(LOUD + LOUD[:600], 50.037))
    on_time = list(cutter.feed(LOUD, 50.06))
    assert [frame.at_s for frame in late + behind] == [50.036, 50.036]
    assert on_time[0].at_s == pytest.approx(50.04125)


async def test_a_stereo_device_of_48_khz_becomes_16_khz_mono():
    sound = ScriptedSound(48_000, 2)
    microphone = microphone_of(sound)
    await microphone.open()
    sound.capture(*[b"\x00\x10\x00\x20" * 960] * 10)
    frames = await take(microphone, 5)
    assert all(len(frame.pcm) == FRAME_BYTES for frame in frames)
    middle = memoryview(frames[3].pcm).cast("h")
    assert all(abs(sample - 0x1800) < 40 for sample in middle)


async def test_a_waiting_loop_is_woken_by_the_card():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    assert (await anext(frames)).pcm == LOUD
    timer = threading.Timer(0.05, sound.capture, [bytes(640)])
    timer.start()
    assert (await anext(frames)).pcm == bytes(640)
    timer.join()
    await microphone.close()


async def test_two_seconds_are_held_and_what_is_lost_is_counted():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    blocks = [number.to_bytes(2, "little") * 320 for number in range(103)]
    sound.capture(*blocks)
    assert microphone.dropped == 3
    assert (await take(microphone, 1))[0].pcm == blocks[3]


async def test_level_and_silence_of_the_device_are_told():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    sound.capture(LOUD)
    await take(microphone, 1)
    assert microphone.level > 0.5
    assert not microphone.is_muted
    sound.capture(*[bytes(640)] * 50)
    await take(microphone, 50)
    assert microphone.level == 0.0
    assert microphone.is_muted


async def test_a_device_that_never_gave_sound_counts_as_switched_off_after_a_second():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    sound.capture(*[bytes(640)] * 50)
    await take(microphone, 39)
    assert not microphone.is_muted
    await take(microphone, 1)
    assert microphone.is_muted


async def test_a_noise_gate_that_opens_with_a_word_is_no_switch_after_two_pauses():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    pause = [bytes(640)] * 50
    for _ in range(2):
        sound.capture(LOUD, *pause)
        await take(microphone, 51)
        assert microphone.is_muted
    sound.capture(LOUD, *pause)
    await take(microphone, 51)
    assert not microphone.is_muted


async def test_other_microphones_are_offered_the_likeliest_first_and_none_is_opened():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    headset = input_device("Headset", kind=DeviceKind.BLUETOOTH)
    camera, laptop = input_device("Camera"), input_device("Laptop", kind=DeviceKind.BUILT_IN)
    speaker = replace(camera, name="Speaker", direction=Direction.OUTPUT)
    sound.listed = (headset, input_device("Desk mic"), speaker, camera, laptop)
    assert [one.name for one in await microphone.others()] == ["Laptop", "Camera", "Headset"]
    assert sound.opened == 1
    sound.listed = None
    assert await microphone.others() == ()


async def test_another_microphone_is_taken_in_mid_stream_when_a_person_wants_it():
    sound = ScriptedSound()
    sound.formats.append(("Camera", 16_000, 1))
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    await anext(frames)
    sound.is_placed = False
    microphone.use(DeviceWish("camera", "camera"))
    assert sound.streams[0].wish == DeviceWish("camera", "camera")
    going_on = asyncio.create_task(anext(frames))
    await sound.has_opened(2)
    sound.capture(LOUD)
    assert (await going_on).pcm == LOUD
    assert sound.requests[1].wish == DeviceWish("camera", "camera")
    await microphone.close()


async def test_closing_ends_the_frames_and_releases_the_device_once():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    await anext(frames)
    await microphone.close()
    await microphone.close()
    assert [frame async for frame in frames] == []
    assert sound.closed == sound.streams


async def test_closing_while_it_opens_leaves_no_open_device():
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(microphone.open())
        tasks.create_task(microphone.close())
    assert sound.closed == sound.streams
    assert sound.opened == 1
    assert microphone.device_name == ""


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("desktop_app.audio.microphone._MAY_RETURN_S", 0.02)
    monkeypatch.setattr("desktop_app.audio.microphone._BETWEEN_TRIES_S", 0.001)


async def test_a_device_that_ends_for_good_is_lost(quick):
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    sound.capture(LOUD)
    sound.absences = 10_000
    sound.unplug()
    frames = microphone.frames()
    await anext(frames)
    with pytest.raises(DeviceError, match="Desk mic was lost") as caught:
        await anext(frames)
    assert caught.value.code == "device.lost"
    assert caught.value.facts["device"] == "Desk mic"
    await microphone.close()


@pytest.mark.parametrize("absences", [0, 2])
async def test_another_device_takes_the_place_of_one_that_ends_and_nothing_is_lost(
    monkeypatch, absences
):
    monkeypatch.setattr("desktop_app.audio.microphone._BETWEEN_TRIES_S", 0.001)
    sound = ScriptedSound()
    sound.formats.append(("Camera", 48_000, 2))
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    assert (await anext(frames)).pcm == LOUD
    sound.absences = absences
    sound.capture(LOUD, bytes(640))
    sound.unplug()
    assert [(await anext(frames)).pcm for _ in range(2)] == [LOUD, bytes(640)]
    going_on = asyncio.create_task(anext(frames))
    await sound.has_opened(2)
    sound.capture(*[b"\x00\x10\x00\x20" * 960] * 10)
    await going_on
    middle = memoryview((await anext(frames)).pcm).cast("h")
    assert all(abs(sample - 0x1800) < 400 for sample in middle[160:])
    assert microphone.device_name == "Camera"
    assert sound.closed == sound.streams[:1]
    await microphone.close()


async def test_a_stream_that_belongs_elsewhere_is_exchanged_and_one_that_does_not_is_kept():
    sound = ScriptedSound()
    sound.formats.append(("Camera", 16_000, 1))
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    await anext(frames)
    for call in sound.on_change:
        call()
    sound.capture(LOUD)
    await anext(frames)
    assert sound.opened == 1
    sound.misplace()
    sound.capture(bytes(640))
    assert (await anext(frames)).pcm == bytes(640)
    going_on = asyncio.create_task(anext(frames))
    await sound.has_opened(2)
    sound.capture(LOUD)
    assert (await going_on).pcm == LOUD
    assert microphone.device_name == "Camera"
    await microphone.close()


async def test_a_device_that_falls_silent_is_exchanged_once(monkeypatch):
    monkeypatch.setattr("desktop_app.audio.microphone._SILENT_AFTER_S", 0.01)
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    frames = microphone.frames()
    sound.capture(LOUD)
    await anext(frames)
    with pytest.raises(DeviceError) as caught:
        await anext(frames)
    assert caught.value.code == "device.silent"
    assert sound.opened == 2
    await microphone.close()


async def test_a_device_that_gives_nothing_is_silent(monkeypatch):
    monkeypatch.setattr("desktop_app.audio.microphone._SILENT_AFTER_S", 0.01)
    microphone = microphone_of(ScriptedSound())
    await microphone.open()
    with pytest.raises(DeviceError, match="gives no sound") as caught:
        await anext(microphone.frames())
    assert caught.value.code == "device.silent"


async def test_it_can_be_opened_again_after_a_loss(quick):
    sound = ScriptedSound()
    microphone = microphone_of(sound)
    await microphone.open()
    sound.absences = 10_000
    sound.unplug()
    with pytest.raises(DeviceError):
        await anext(microphone.frames())
    await microphone.close()
    sound.absences = 0
    await microphone.open()
    sound.capture(LOUD)
    assert len(await take(microphone, 1)) == 1


async def test_the_loop_can_be_woken_until_the_stream_is_closed(monkeypatch):
    order = []

    class Card(ScriptedSound):
        async def close(self, stream):
            await super().close(stream)
            order.append("stream")

    class Waker(LoopWaker):
        def close(self):
            super().close()
            order.append("waker")

    monkeypatch.setattr("desktop_app.audio.microphone.LoopWaker", Waker)
    microphone = microphone_of(Card())
    await microphone.open()
    await microphone.close()
    assert order == ["stream", "waker"]
