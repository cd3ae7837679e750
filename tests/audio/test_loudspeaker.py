"""The loudspeaker around the playback, with a scripted card."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from desktop_app.audio.devices import ANY_DEVICE, Choice, Direction, Reason, SoundDevice, missing
from desktop_app.audio.loudspeaker import CardFeed, Loudspeaker
from desktop_app.audio.playback import Playback
from desktop_app.audio.sound_stream import SoundStream, StreamRequest
from desktop_app.engine import ports
from desktop_app.errors import DeviceError

PCM = array("h", [1_000, -1_000] * 12_000).tobytes()  # 1 s


class ScriptedSound:
    """Opens one loudspeaker and lets the test be its card."""

    def __init__(self, rate_hz: int = 24_000, channels: int = 1, latency_s: float = 0.0) -> None:
        self.device = SoundDevice("Desk speaker", 0, Direction.OUTPUT, "ALSA", channels, rate_hz)
        self.latency_s = latency_s
        self.request: StreamRequest | None = None
        self.stream: SoundStream | None = None
        self.done: list[str] = []
        self.is_gone = False
        self.is_placed = True
        self.on_change: list[Callable[[], None]] = []

    def _new(self, request: StreamRequest) -> SoundStream:
        if self.is_gone:
            raise missing(Direction.OUTPUT)
        self.request = request
        raw = SimpleNamespace(active=True)
        self.stream = SoundStream(
            raw,
            Choice(self.device, Reason.DEFAULT),
            self.device.rate_hz,
            self.device.channels,
            self.latency_s,
            ANY_DEVICE,
            self.device,
        )
        self.is_placed = True
        return self.stream

    async def open(self, request: StreamRequest) -> SoundStream:
        self.done.append("open")
        return self._new(request)

    async def close(self, stream: SoundStream) -> None:
        assert stream is self.stream
        self.done.append("close")

    async def close_coming(self, opening: Future[SoundStream]) -> None:
        await self.close(opening.result())

    def restart(self, stream: SoundStream) -> Future[bool]:
        assert stream is self.stream
        self.done.append("restart")
        future: Future[bool] = Future()
        future.set_result(True)
        return future

    @contextmanager
    def watched(self, on_change: Callable[[], None]) -> Iterator[None]:
        self.on_change.append(on_change)
        yield
        self.on_change.remove(on_change)

    def look_after(self, stream: SoundStream) -> Future[bool]:
        assert stream is self.stream
        future: Future[bool] = Future()
        future.set_result(self.is_placed)
        return future

    def misplace(self) -> None:
        self.is_placed = False
        for call in self.on_change:
            call()

    def reopen(self, _stream: SoundStream | None, request: StreamRequest) -> Future[SoundStream]:
        self.done.append("reopen")
        future: Future[SoundStream] = Future()
        try:
            future.set_result(self._new(request))
        except DeviceError as error:
            future.set_exception(error)
        return future

    def tick(self, times: int = 1, *, status: bool = False) -> bytes:
        heard = bytearray()
        frames = self.device.rate_hz // 100
        for _ in range(times):
            out = bytearray(frames * 2 * self.device.channels)
            time = SimpleNamespace(currentTime=3.0, outputBufferDacTime=3.0 + self.latency_s)
            self.request.callback(out, frames, time, status)
            heard += out
        return bytes(heard)


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.audio.loudspeaker._LOOK_EVERY_S", 0.001)


async def until(condition) -> None:
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it did not happen")


async def test_it_is_the_loudspeaker_that_the_engine_wants():
    port: ports.Loudspeaker = Loudspeaker(ScriptedSound())
    assert (port.heard_ms, port.first_sound_s, port.level) == (0, None, 0.0)
    await port.drained()


async def test_speech_is_heard_and_counted():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound, clock=lambda: 7.0)
    await loudspeaker.open()
    await loudspeaker.open()
    loudspeaker.play(1, PCM)
    assert sound.tick(10) == PCM[:4_800]
    assert (loudspeaker.heard_ms, loudspeaker.first_sound_s) == (100, 7.0)
    assert loudspeaker.level > 0.4
    assert loudspeaker.device_name == "Desk speaker"
    await loudspeaker.close()
    await loudspeaker.close()
    assert sound.done == ["open", "close"]
    assert loudspeaker.device_name == ""


async def test_drained_returns_when_the_last_sample_has_sounded():
    sound = ScriptedSound(latency_s=0.05)
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM[:4_800])
    loudspeaker.finish(1)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(loudspeaker.drained())
        sound.tick(10)
        await asyncio.sleep(0)
        assert not waiting.done()
        sound.tick(5)
    assert loudspeaker.heard_ms == 100
    await loudspeaker.close()


async def test_stop_is_silent_at_once_and_aborts_what_the_card_holds():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM * 25)
    sound.tick(3)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(loudspeaker.drained())  # which else is looked after much later
        await asyncio.sleep(0)
        loudspeaker.stop()
    assert not any(sound.tick(20))
    assert sound.done == ["open", "restart"]
    loudspeaker.stop()
    assert sound.done == ["open", "restart"]
    await loudspeaker.close()


async def test_a_fast_server_waits_for_room():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM * 31)
    async with asyncio.TaskGroup() as tasks:
        assert not loudspeaker.has_room
        waiting = tasks.create_task(loudspeaker.room())
        await asyncio.sleep(0.005)
        assert not waiting.done()
        sound.tick(220)
    await loudspeaker.close()


async def run_dry(sound: ScriptedSound, *, times: int, every_s: float, calls: int = 1):
    """A loudspeaker whose card calls so often while it is dry, and that was looked at since."""
    now_s = 7.0
    loudspeaker = Loudspeaker(sound, clock=lambda: now_s)
    await loudspeaker.open()
    await until(lambda: len(loudspeaker._underflows) > 0)
    for _ in range(times):
        sound.tick(calls, status=True)
        now_s += every_s
    looks = len(loudspeaker._underflows)
    await until(lambda: loudspeaker.restarts or len(loudspeaker._underflows) > looks + 8)
    return loudspeaker


@pytest.mark.parametrize(("times", "every_s"), [(6, 0.15), (60, 0.01)])
async def test_a_storm_of_underflows_renews_the_stream(times, every_s):
    sound = ScriptedSound()
    loudspeaker = await run_dry(sound, times=times, every_s=every_s)
    await until(lambda: loudspeaker.device_name)
    assert sound.done == ["open", "reopen"]
    assert (loudspeaker.restarts, loudspeaker.underflows) == (1, 0)
    loudspeaker.play(1, PCM)
    assert sound.tick() == PCM[:480]
    await loudspeaker.close()


@pytest.mark.parametrize(("times", "calls"), [(5, 1), (1, 20), (3, 6)])
async def test_a_few_underflows_are_lived_with_and_a_stall_is_one_however_many_calls_tell_it(
    times, calls
):
    loudspeaker = await run_dry(ScriptedSound(), times=times, every_s=0.15, calls=calls)
    assert (loudspeaker.restarts, loudspeaker.underflows) == (0, times)
    await loudspeaker.close()


async def test_the_device_is_looked_at_less_often_while_nothing_sounds(monkeypatch):
    monkeypatch.setattr("desktop_app.audio.loudspeaker._LOOK_EVERY_S", 100.0)
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    now_s = asyncio.get_running_loop().time

    def look() -> None:
        loudspeaker._look_again.cancel()
        loudspeaker._look()

    def next_look_s() -> float:
        return loudspeaker._look_again.when() - now_s()

    await loudspeaker.open()
    assert next_look_s() < 200, "it may belong elsewhere"
    look()
    assert next_look_s() > 400
    loudspeaker.play(1, PCM)
    look()
    assert next_look_s() < 200
    await loudspeaker.close()


async def test_a_device_that_is_gone_for_good_ends_the_waits_and_can_be_opened_later():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM * 31)
    sound.is_gone = True
    sound.stream.raw.active = False
    for wait in (loudspeaker.drained, loudspeaker.room):
        with pytest.raises(DeviceError, match="lost") as caught:
            await wait()
        assert caught.value.code == "device.lost"
    for _ in range(2):
        with pytest.raises(DeviceError, match="No loudspeaker"):
            await loudspeaker.open()
    sound.is_gone = False
    await loudspeaker.open()
    assert loudspeaker.device_name
    loudspeaker.play(2, PCM * 31)
    assert any(sound.tick())
    await loudspeaker.close()


async def test_a_device_that_comes_back_soon_was_never_lost():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM)
    sound.is_gone = True
    sound.stream.raw.active = False
    await until(lambda: sound.done.count("reopen") >= 3)
    sound.is_gone = False
    await until(lambda: loudspeaker.device_name)
    assert any(sound.tick())
    assert loudspeaker.restarts == 1
    await loudspeaker.close()


async def test_a_stream_that_belongs_elsewhere_is_exchanged_and_one_that_does_not_is_kept():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    sound.device = replace(sound.device, name="Headphones")
    for call in sound.on_change:
        call()
    await until(lambda: not loudspeaker._may_be_misplaced and loudspeaker._placing is None)
    assert loudspeaker.device_name == "Desk speaker"
    sound.misplace()
    await until(lambda: loudspeaker.device_name == "Headphones")
    assert sound.done == ["open", "reopen"]
    await loudspeaker.close()
    assert sound.on_change == []


async def test_closing_in_the_middle_of_a_renewal_releases_the_new_stream():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    sound.stream.raw.active = False
    await until(lambda: "reopen" in sound.done)
    await loudspeaker.open()
    await loudspeaker.close()
    assert sound.done == ["open", "reopen", "close"]


def test_a_device_of_48_khz_stereo_gets_the_same_sound_in_its_format():
    playback = Playback()
    feed = CardFeed(playback)
    feed.suit(48_000, 2)
    playback.play(1, array("h", [5_000] * 24_000).tobytes())
    playback.finish(1)
    heard = bytearray()
    for _ in range(60):
        out = bytearray(480 * 4)
        feed.on_block(out, 480, None, None)
        heard += out
    samples = memoryview(heard).cast("h")
    assert list(samples[::2]) == list(samples[1::2])
    late = samples[-2_000:]
    assert all(abs(sample - 5_000) < 50 for sample in late)


async def test_a_pause_aborts_what_the_card_holds_and_the_reply_goes_on_whole():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM)
    loudspeaker.finish(1)
    sound.tick(3)
    loudspeaker.pause()
    loudspeaker.pause()
    assert sound.done == ["open", "restart"]
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(loudspeaker.drained())
        assert not any(sound.tick(20))
        assert not waiting.done()
        loudspeaker.resume()
        sound.tick(len(PCM) // 480 + 10)
    assert loudspeaker.heard_ms == len(PCM) // 48
    loudspeaker.stop()
    assert sound.done == ["open", "restart"]
    await loudspeaker.close()


async def exchanged(sound: ScriptedSound, loudspeaker: Loudspeaker) -> None:
    """Let the device end, and wait for the next one."""
    assert sound.stream is not None
    sound.stream.raw.active = False
    await until(lambda: "reopen" in sound.done and loudspeaker.stream is sound.stream)


async def test_what_an_exchanged_device_held_is_played_by_the_next():
    sound = ScriptedSound(latency_s=0.2)
    now_s = 100.0
    loudspeaker = Loudspeaker(sound, clock=lambda: now_s)
    await loudspeaker.open()
    loudspeaker.play(1, PCM)
    loudspeaker.finish(1)
    for _ in range(50):
        sound.tick()
        now_s += 0.01
    assert loudspeaker.heard_ms == 300
    await exchanged(sound, loudspeaker)
    rest = sound.tick(100)
    assert rest.rstrip(b"\0")[:100] == PCM[:100]
    assert len(rest.rstrip(b"\0")) == pytest.approx(len(PCM) * 0.7, abs=4)
    await loudspeaker.close()


async def test_another_device_does_not_end_a_pause():
    sound = ScriptedSound()
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, PCM)
    loudspeaker.pause()
    await exchanged(sound, loudspeaker)
    assert not any(sound.tick(10))
    loudspeaker.resume()
    assert any(sound.tick(10))
    await loudspeaker.close()
