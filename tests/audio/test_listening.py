"""Frames that are given in the callback that their card wakes the loop for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from desktop_app.audio.frames import AudioFrame
from desktop_app.audio.microphone import Microphone
from desktop_app.errors import DeviceError
from tests.fakes.capturing import ScriptedSound
from tests.fakes.virtual_time import rounds

LOUD, QUIET = b"\x00\x20" * 320, bytes(640)


class Listener:
    """Takes what a microphone on a scripted card gives."""

    def __init__(self, sound: ScriptedSound | None = None) -> None:
        self.sound = sound or ScriptedSound()
        self.microphone = Microphone(self.sound, clock=lambda: 50.0)
        self.taken: list[bytes] = []
        self.listening: asyncio.Task[None]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Listener]:
        await self.microphone.open()
        self.listening = asyncio.create_task(self.microphone.listen(self.take))
        await rounds()
        yield self
        await self.microphone.close()
        await asyncio.wait((self.listening,), timeout=5)
        assert self.listening.done()

    def take(self, frame: AudioFrame) -> None:
        self.taken.append(frame.pcm)


async def test_every_frame_is_given_in_order_until_the_microphone_is_closed():
    listener = Listener()
    async with listener.open():
        listener.sound.capture(LOUD, QUIET)
        await rounds()
        assert listener.taken == [LOUD, QUIET]
        listener.sound.capture(QUIET + LOUD)
        await rounds()
        assert listener.taken == [LOUD, QUIET, QUIET, LOUD]
    assert listener.listening.exception() is None
    assert listener.sound.closed == listener.sound.streams


async def test_a_frame_wakes_no_task():
    listener = Listener()
    async with listener.open():
        listener.sound.capture(LOUD)
        before: list[bytes] = []
        await asyncio.sleep(0)  # the loop looks at what woke it
        asyncio.get_running_loop().call_soon(lambda: before.extend(listener.taken))
        await asyncio.sleep(0)
        assert before == [LOUD]


async def test_what_came_before_somebody_listens_is_given_first():
    listener = Listener()
    await listener.microphone.open()
    listener.sound.capture(LOUD)
    async with listener.open():
        listener.sound.capture(QUIET)
        await rounds()
        assert listener.taken == [LOUD, QUIET]


async def test_nothing_is_given_once_it_is_closed():
    listener = Listener()
    async with listener.open():
        listener.sound.capture(LOUD)
        await listener.microphone.close()
        await rounds()
    assert listener.taken == []


async def test_what_the_taker_raises_ends_the_listening():
    class DeafError(Exception):
        pass

    class Deaf(Listener):
        def take(self, frame: AudioFrame) -> None:
            super().take(frame)
            raise DeafError

    listener = Deaf()
    async with listener.open():
        listener.sound.capture(LOUD, QUIET)
        await asyncio.wait((listener.listening,), timeout=5)
        with pytest.raises(DeafError):
            listener.listening.result()
        assert listener.taken == [LOUD]


async def test_another_device_goes_on_with_what_the_lost_one_left():
    listener = Listener()
    listener.sound.formats.append(("Camera", 16_000, 1))
    async with listener.open():
        listener.sound.capture(LOUD, QUIET)
        listener.sound.unplug()
        await listener.sound.has_opened(2)
        listener.sound.capture(QUIET)
        await rounds()
        assert listener.taken == [LOUD, QUIET, QUIET]
        assert listener.microphone.device_name == "Camera"


async def test_a_device_that_gives_nothing_is_noticed_within_a_second(monkeypatch):
    loop, delays = asyncio.get_running_loop(), list[float]()
    call_later = loop.call_later

    def noted(delay_s: float, *call: Any) -> asyncio.TimerHandle:
        delays.append(delay_s)
        return call_later(delay_s, *call)

    monkeypatch.setattr(loop, "call_later", noted)
    async with Listener().open():
        assert delays == [1.0], "the time between two looks for something that came"


async def test_a_device_that_is_lost_for_good_is_told(monkeypatch):
    monkeypatch.setattr("desktop_app.audio.microphone._MAY_RETURN_S", 0.02)
    monkeypatch.setattr("desktop_app.audio.microphone._BETWEEN_TRIES_S", 0.001)
    listener = Listener()
    async with listener.open():
        listener.sound.absences = 10_000
        listener.sound.unplug()
        await asyncio.wait((listener.listening,), timeout=5)
        with pytest.raises(DeviceError, match="Desk mic was lost"):
            listener.listening.result()


async def test_who_reads_frames_afterwards_is_woken_as_ever():
    listener = Listener()
    async with listener.open():
        listener.listening.cancel()
        await asyncio.wait((listener.listening,), timeout=5)
        frames = listener.microphone.frames()
        reading = asyncio.create_task(anext(frames))
        await rounds()
        listener.sound.capture(LOUD)
        assert (await reading).pcm == LOUD
        await frames.aclose()
    assert listener.taken == []
