"""Capture and playback through PortAudio and a real sound server."""

from __future__ import annotations

import asyncio
import ctypes
import math
import wave
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.audio.wav import read_wav
from desktop_app.errors import DeviceError
from tests.fakes.sound_server import SoundServer

QUESTION = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"
LIMIT_S = 20


@pytest.fixture
async def sound(sound_server: SoundServer) -> AsyncIterator[SoundSystem]:
    system = SoundSystem()
    yield system
    await system.aclose()


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(LIMIT_S * 100):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen")


def chirp(seconds: float) -> bytes:
    """A rising tone: unlike a steady one it fits a recording at one place only."""
    count = int(24_000 * seconds)
    return array(
        "h",
        [
            int(9_000 * math.sin(math.tau * (200 + 600 * at / count) * at / 24_000))
            for at in range(count)
        ],
    ).tobytes()


def correlation(part: bytes, whole: bytes) -> tuple[float, int]:
    """The best match of ``part`` in ``whole``: -1..1, and the sample where it begins."""
    wanted = np.frombuffer(part, np.int16).astype(np.float64)
    given = np.frombuffer(whole[: len(whole) & ~1], np.int16).astype(np.float64)
    size = 1 << (len(wanted) + len(given)).bit_length()
    products = np.fft.irfft(np.fft.rfft(given, size) * np.conj(np.fft.rfft(wanted, size)), size)[
        : max(1, len(given) - len(wanted) + 1)
    ]
    at = int(np.argmax(products))
    there = given[at : at + len(wanted)]
    scale = np.linalg.norm(wanted[: len(there)]) * np.linalg.norm(there)
    return float(products[at] / scale) if scale else 0.0, at


def recorded(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 24_000)
        return file.readframes(file.getnframes())


def loud_ms(pcm: bytes) -> float:
    samples = np.abs(np.frombuffer(pcm, np.int16).astype(np.int32))
    blocks = samples[: len(samples) // 240 * 240].reshape(-1, 240).max(axis=1)
    return float((blocks > 500).sum()) * 10


async def test_the_servers_devices_are_listed_with_a_preferred_one(sound):
    devices = await sound.devices()
    for direction in Direction:
        mine = [device for device in devices if device.direction is direction]
        assert sum(device.is_default for device in mine) == 1
        assert len({device.name for device in mine}) == len(mine)


async def test_what_is_spoken_into_the_microphone_is_captured(sound, sound_server):
    microphone = Microphone(sound)
    await microphone.open()
    assert microphone.device_name
    heard, stamps = bytearray(), []

    async def capture() -> None:
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                assert len(frame.pcm) == FRAME_BYTES
                heard.extend(frame.pcm)
                stamps.append(frame.at_s)

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(capture())
        await sound_server.speak(QUESTION)
        spoken = len(heard)
        await until(lambda: len(heard) >= spoken + 20 * FRAME_BYTES)
        await microphone.close()
    assert microphone.device_name == ""
    assert microphone.dropped == 0
    assert stamps == sorted(stamps)
    likeness, _ = correlation(read_wav(QUESTION), bytes(heard))
    assert likeness > 0.9


async def test_a_reply_leaves_the_loudspeaker_whole(sound, sound_server, tmp_path):
    loudspeaker, pcm = Loudspeaker(sound), chirp(1.5)
    async with asyncio.timeout(LIMIT_S), sound_server.recording(tmp_path / "out.wav"):
        await loudspeaker.open()
        for at in range(0, len(pcm), 1_920):
            loudspeaker.play(1, pcm[at : at + 1_920])
        loudspeaker.finish(1)
        await loudspeaker.drained()
        assert loudspeaker.heard_ms == 1_500
        assert loudspeaker.first_sound_s is not None
        await loudspeaker.close()
    likeness, _ = correlation(pcm, recorded(tmp_path / "out.wav"))
    assert likeness > 0.9, f"{loudspeaker.underflows} underflows"


async def test_stop_silences_what_the_sound_server_still_holds(sound, sound_server, tmp_path):
    loudspeaker = Loudspeaker(sound)
    async with asyncio.timeout(LIMIT_S), sound_server.recording(tmp_path / "out.wav"):
        await loudspeaker.open()
        loudspeaker.play(1, chirp(8.0))
        await until(lambda: loudspeaker.heard_ms >= 500)
        loudspeaker.stop()
        heard_ms = loudspeaker.heard_ms
        await loudspeaker.drained()
        answer = chirp(0.5)
        loudspeaker.play(2, answer)
        loudspeaker.finish(2)
        await loudspeaker.drained()
        assert loudspeaker.heard_ms == 500
        await loudspeaker.close()
    recording = recorded(tmp_path / "out.wav")
    likeness, at = correlation(answer, recording)
    assert likeness > 0.9, f"{loudspeaker.underflows} underflows"
    assert loud_ms(recording[: at * 2]) == pytest.approx(heard_ms, abs=100)


async def test_a_stall_of_this_process_costs_no_other_stream(sound):
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, chirp(2.0))
    loudspeaker.finish(1)
    await until(lambda: loudspeaker.heard_ms > 300)
    ctypes.PyDLL(None).usleep(400_000)  # nobody else in this process runs meanwhile
    async with asyncio.timeout(LIMIT_S):
        await loudspeaker.drained()
    assert loudspeaker.underflows
    assert loudspeaker.restarts == 0
    await loudspeaker.close()


async def test_two_parties_speak_and_listen_at_once(sound, sound_server, tmp_path):
    microphone, loudspeaker, pcm = Microphone(sound), Loudspeaker(sound), chirp(1.0)
    await microphone.open()
    await loudspeaker.open()
    heard = bytearray()
    async with asyncio.timeout(LIMIT_S), sound_server.recording(tmp_path / "out.wav"):
        loudspeaker.play(1, pcm)
        loudspeaker.finish(1)
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                heard.extend(frame.pcm)
                if len(heard) >= 80 * FRAME_BYTES:
                    break
        await loudspeaker.drained()
    await microphone.close()
    await loudspeaker.close()
    assert np.abs(np.frombuffer(heard, np.int16).astype(int)).max() < 20, "the room's hum alone"
    assert not microphone.is_muted
    assert correlation(pcm, recorded(tmp_path / "out.wav"))[0] > 0.9


async def test_a_server_that_dies_is_a_lost_microphone_and_comes_back(sound, sound_server):
    microphone = Microphone(sound)
    await microphone.open()
    async with asyncio.timeout(LIMIT_S):
        frames = microphone.frames()
        await anext(frames)
        sound_server.stop()
        with pytest.raises(DeviceError) as caught:
            async for _ in frames:
                pass
    assert caught.value.code in ("device.lost", "device.silent")
    await microphone.close()
    with pytest.raises(DeviceError) as missing:
        await microphone.open()
    assert missing.value.code in ("device.no_input", "device.refused")
    sound_server.start()
    await microphone.open()
    async with asyncio.timeout(LIMIT_S), aclosing(microphone.frames()) as again:
        assert len((await anext(again)).pcm) == FRAME_BYTES
    await microphone.close()


async def test_a_server_that_dies_ends_the_wait_for_the_reply(sound, sound_server):
    loudspeaker = Loudspeaker(sound)
    await loudspeaker.open()
    loudspeaker.play(1, chirp(5.0))
    sound_server.stop()
    with pytest.raises(DeviceError) as caught:
        async with asyncio.timeout(LIMIT_S):
            await loudspeaker.drained()
    assert caught.value.code == "device.lost"
    await loudspeaker.close()
    sound_server.start()
    await loudspeaker.open()
    loudspeaker.play(2, chirp(0.2))
    loudspeaker.finish(2)
    async with asyncio.timeout(LIMIT_S):
        await loudspeaker.drained()
    assert loudspeaker.heard_ms == 200
    await loudspeaker.close()


async def test_without_a_server_there_is_no_device_and_the_errors_say_which(sound, sound_server):
    sound_server.stop()
    with pytest.raises(DeviceError, match="microphone") as no_input:
        await Microphone(sound).open()
    with pytest.raises(DeviceError, match="loudspeaker") as no_output:
        await Loudspeaker(sound).open()
    assert no_input.value.code == "device.no_input"
    assert no_output.value.code == "device.no_output"


async def test_a_pause_is_silent_at_once_and_the_reply_goes_on_with_the_same_word(
    sound, sound_server, tmp_path
):
    loudspeaker, pcm = Loudspeaker(sound), chirp(2.0)
    async with asyncio.timeout(LIMIT_S), sound_server.recording(tmp_path / "out.wav"):
        await loudspeaker.open()
        loudspeaker.play(1, pcm)
        loudspeaker.finish(1)
        await until(lambda: loudspeaker.heard_ms >= 800)
        loudspeaker.pause()
        heard_ms = loudspeaker.heard_ms
        await asyncio.sleep(0.6)
        assert loudspeaker.heard_ms == heard_ms
        loudspeaker.resume()
        await loudspeaker.drained()
        await loudspeaker.close()
    assert loudspeaker.heard_ms == 2_000
    recording = recorded(tmp_path / "out.wav")
    likeness, began = correlation(pcm[: (heard_ms - 200) * 48], recording)
    assert likeness > 0.9, f"{loudspeaker.underflows} underflows"
    likeness, went_on = correlation(pcm[heard_ms * 48 :], recording)
    assert likeness > 0.9, f"{loudspeaker.underflows} underflows"
    pause_ms = (went_on - began) / 24 - heard_ms
    assert 500 <= pause_ms <= 1_300
    assert loud_ms(recording) <= 2_000 + 200 + 100, "nothing but the lead is heard twice"
