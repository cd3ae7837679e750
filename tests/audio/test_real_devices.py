"""Devices of every format that come, go and change, behind a real sound server."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.audio.devices import DeviceWish, Direction, Reason, choose
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from tests.fakes.sound_server import SoundServer

LIMIT_S = 30
RATE_HZ = 16_000
TONE_HZ = 440
TONE_MS = 800
PIECE = 2_400  # samples: 100 ms of 24 kHz
FORMATS = [
    (8_000, 1),
    (16_000, 2),
    (22_050, 1),
    (32_000, 6),
    (44_100, 2),
    (48_000, 6),
    (96_000, 1),
]


@pytest.fixture
async def sound(sound_server: SoundServer) -> AsyncIterator[SoundSystem]:
    system = SoundSystem()
    yield system
    await system.aclose()


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """A steady tone."""
    path = tmp_path / "tone.wav"
    times = np.arange(48_000 * TONE_MS // 1_000) / 48_000
    write(path, 9_000 * np.sin(2 * np.pi * TONE_HZ * times), 48_000)
    return path


def write(path: Path, samples: NDArray[np.float64], rate_hz: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype(np.int16).tobytes())


def loud_part(pcm: bytes) -> NDArray[np.float64]:
    """From the first to the last loud sample."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > 1_500)
    return samples[loud[0] : loud[-1] + 1]


def pitch_hz(samples: NDArray[np.float64]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return float(np.argmax(spectrum)) * RATE_HZ / (1 << 18)


async def heard(microphone: Microphone, speaking: asyncio.Task[None]) -> bytes:
    """Everything until the speaker is done, and a little more."""
    pcm, late = bytearray(), 0
    async with asyncio.timeout(LIMIT_S), aclosing(microphone.frames()) as frames:
        async for frame in frames:
            pcm += frame.pcm
            late += speaking.done()
            if late == 50:
                return bytes(pcm)
    raise AssertionError("the microphone ended")


async def tone_through(microphone: Microphone, server: SoundServer, path: Path, feed: str) -> bytes:
    speaking = asyncio.create_task(server.speak(path, into=feed))
    pcm = await heard(microphone, speaking)
    await speaking
    return pcm


def check_tone(pcm: bytes) -> None:
    part = loud_part(pcm)
    assert pitch_hz(part) == pytest.approx(TONE_HZ, abs=2)
    assert len(part) * 1_000 / RATE_HZ == pytest.approx(TONE_MS, abs=25)


@pytest.mark.parametrize(("rate_hz", "channels"), FORMATS)
async def test_bar_19_a_microphone_of_any_format_gives_the_right_pitch_and_length(
    sound, sound_server, tone, rate_hz, channels
):
    sound_server.plug_microphone("odd", rate_hz=rate_hz, channels=channels)
    microphone = Microphone(sound, DeviceWish("odd"))
    await microphone.open()
    assert (microphone.stream.device.id, microphone.stream.rate_hz) == ("odd", rate_hz)
    check_tone(await tone_through(microphone, sound_server, tone, "odd_feed"))
    await microphone.close()


async def test_bar_16_a_headset_that_changes_its_profile_in_mid_session_keeps_its_pitch(
    sound, sound_server, tone
):
    sound_server.plug_microphone("headset", rate_hz=48_000, channels=2)
    microphone = Microphone(sound, DeviceWish("headset"))
    await microphone.open()
    check_tone(await tone_through(microphone, sound_server, tone, "headset_feed"))
    sound_server.unplug("headset")
    sound_server.unplug("headset_feed")
    sound_server.plug_microphone("headset", rate_hz=16_000, channels=1)
    async with asyncio.timeout(LIMIT_S), aclosing(microphone.frames()) as frames:
        async for _ in frames:
            stream = microphone.stream
            if stream and (stream.device.id, stream.rate_hz) == ("headset", 16_000):
                break
    check_tone(await tone_through(microphone, sound_server, tone, "headset_feed"))
    await microphone.close()


async def test_bar_16_a_headset_that_was_opened_anew_in_another_profile_keeps_its_pitch(
    sound, sound_server, tmp_path
):
    reply = 12_000 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
    sound_server.plug_loudspeaker("headset", rate_hz=48_000)
    loudspeaker = Loudspeaker(sound, DeviceWish("headset"))
    await loudspeaker.open()
    for turn, rate_hz in enumerate((48_000, 16_000), start=1):
        heard = tmp_path / f"{rate_hz}.wav"
        async with asyncio.timeout(LIMIT_S), sound_server.recording(heard, of="headset"):
            loudspeaker.play(turn, reply.astype(np.int16).tobytes())
            loudspeaker.finish(turn)
            await loudspeaker.drained()
        with wave.open(str(heard)) as file:
            given = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            read_hz = file.getframerate()
        given = given[np.abs(given) > 0][: read_hz // 2]
        peak_hz = np.argmax(np.abs(np.fft.rfft(given))) * read_hz / len(given)
        assert peak_hz == pytest.approx(440, abs=12)
        if turn == 1:
            await loudspeaker.close()
            sound_server.unplug("headset")
            sound_server.plug_loudspeaker("headset", rate_hz=16_000, channels=1)
            await loudspeaker.open()
            assert loudspeaker.device_name == "headset"
    await loudspeaker.close()


async def test_bar_17_the_microphone_of_a_bluetooth_headset_is_spared(sound, sound_server):
    sound_server.plug_microphone("laptop", properties="device.bus=pci")
    sound_server.plug_microphone("ear_mic", properties="device.bus=bluetooth")
    sound_server.plug_loudspeaker("ear", properties="device.bus=bluetooth")
    sound_server.prefer("source", "ear_mic")
    sound_server.prefer("sink", "ear")
    devices = await sound.devices()
    microphone = choose(devices, Direction.INPUT)
    assert (microphone.device.id, microphone.reason) == ("laptop", Reason.SPARES_HEADSET)
    assert choose(devices, Direction.OUTPUT).device.id == "ear"
    assert choose(devices, Direction.INPUT, DeviceWish("ear_mic")).device.id == "ear_mic"


def pieces_in(recording: Path, whole: NDArray[np.float64]) -> set[int]:
    """Which pieces of 100 ms, each 50 ms after the one before, a recording holds."""
    with wave.open(str(recording)) as file:
        given = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    size = 1 << (len(given) + PIECE).bit_length()
    spectrum = np.fft.rfft(given, size)
    energy = np.concatenate(([0.0], np.cumsum(given**2)))
    found = set()
    for number, at in enumerate(range(0, len(whole) - PIECE + 1, PIECE // 2)):
        piece = whole[at : at + PIECE]
        products = np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, size)), size)
        best = int(np.argmax(products[: len(given) - PIECE]))
        there = np.sqrt(energy[best + PIECE] - energy[best])
        if there > 0 and products[best] / (there * np.linalg.norm(piece)) > 0.8:
            found.add(number)
    return found


async def test_bar_13_a_reply_goes_on_where_its_unplugged_headset_left_it(
    sound, sound_server, tmp_path
):
    noise = np.random.default_rng(7).normal(0, 1, 24_000 * 4)
    smooth = np.convolve(noise, np.ones(12) / 12, "same") * 12_000
    reply = np.clip(smooth, -20_000, 20_000)
    sound_server.plug_loudspeaker("headset")
    loudspeaker = Loudspeaker(sound, DeviceWish("headset"))
    await loudspeaker.open()
    on_headset, on_speaker = tmp_path / "headset.wav", tmp_path / "speaker.wav"
    async with asyncio.timeout(LIMIT_S), sound_server.recording(on_speaker):
        async with sound_server.recording(on_headset, of="headset"):
            loudspeaker.play(1, reply.astype(np.int16).tobytes())
            loudspeaker.finish(1)
            while loudspeaker.heard_ms < 1_500:  # noqa: ASYNC110 - it can only be asked
                await asyncio.sleep(0.01)
            sound_server.unplug("headset")
        await loudspeaker.drained()
    assert loudspeaker.device_name != "headset"
    await loudspeaker.close()
    before, after = pieces_in(on_headset, reply), pieces_in(on_speaker, reply)
    assert max(before) >= 24
    assert max(after) == 78, "to its end"
    every = set(range(79))
    skipped_ms = 50 * len(every - before - after)
    repeated_ms = 50 * len(before & after)
    assert skipped_ms <= 250, "200 ms, and the piece that was cut"
    assert repeated_ms <= 200


async def test_bar_16_a_headset_that_changes_its_profile_while_a_reply_sounds_keeps_its_pitch(
    sound, sound_server, tmp_path
):
    reply = 12_000 * np.sin(2 * np.pi * TONE_HZ * np.arange(24_000 * 5) / 24_000)
    sound_server.plug_loudspeaker("headset", rate_hz=48_000)
    loudspeaker = Loudspeaker(sound, DeviceWish("headset"))
    await loudspeaker.open()
    after = tmp_path / "after.wav"
    loudspeaker.play(1, reply.astype(np.int16).tobytes())
    loudspeaker.finish(1)
    async with asyncio.timeout(LIMIT_S):
        while loudspeaker.heard_ms < 1_000:  # noqa: ASYNC110 - it can only be asked
            await asyncio.sleep(0.01)
        sound_server.unplug("headset")
        sound_server.plug_loudspeaker("headset", rate_hz=16_000, channels=1)
        async with sound_server.recording(after, of="headset"):
            await loudspeaker.drained()
    assert loudspeaker.device_name == "headset"
    await loudspeaker.close()
    with wave.open(str(after)) as file:
        rate_hz = file.getframerate()
        part = loud_part(file.readframes(file.getnframes()))
    assert pitch_hz(part) * rate_hz / RATE_HZ == pytest.approx(TONE_HZ, abs=2)
    assert len(part) / rate_hz > 3, "of four seconds"
