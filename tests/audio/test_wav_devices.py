"""Devices made of sound data keep the engine's pace and lose nothing."""

from __future__ import annotations

import asyncio
import wave

import pytest

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.engine import ports

FAST = 0.01
SPEECH = bytes(range(1, 251)) * 10


async def test_they_are_the_devices_that_the_engine_wants():
    microphone: ports.Microphone = WavMicrophone()
    loudspeaker: ports.Loudspeaker = WavLoudspeaker()
    assert microphone.device_name == ""
    assert loudspeaker.first_sound_s is None


async def heard_by(microphone: WavMicrophone, count: int) -> list[bytes]:
    heard: list[bytes] = []
    async for frame in microphone.frames():
        heard.append(frame.pcm)
        if len(heard) == count:
            break
    return heard


async def test_an_utterance_is_captured_whole_between_silence():
    microphone = WavMicrophone(pace=FAST)
    await microphone.open()
    assert microphone.device_name == "recording"
    assert await heard_by(microphone, 2) == [bytes(FRAME_BYTES)] * 2
    microphone.speak(SPEECH)
    frames = await heard_by(microphone, 5)
    assert b"".join(frames) == SPEECH.ljust(5 * FRAME_BYTES, b"\0")
    assert microphone.level == 0.0


async def test_utterances_follow_each_other_and_their_end_can_be_waited_for():
    microphone = WavMicrophone(pace=FAST)
    await microphone.open()
    await microphone.spoken()
    microphone.speak(SPEECH)
    microphone.speak(b"")
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        capture = tasks.create_task(heard_by(microphone, 6))
        await microphone.spoken()
    assert len(capture.result()) == 6


async def test_closing_ends_the_wait_for_speech_that_nobody_will_hear():
    microphone = WavMicrophone(pace=FAST)
    await microphone.open()
    microphone.speak(SPEECH)
    await microphone.close()
    async with asyncio.timeout(5):
        await microphone.spoken()


async def test_frames_are_stamped_evenly_and_never_drift():
    microphone = WavMicrophone(pace=FAST)
    await microphone.open()
    stamps: list[float] = []
    async for frame in microphone.frames():
        stamps.append(frame.at_s)
        await asyncio.sleep(0.0007 if len(stamps) == 3 else 0)
        if len(stamps) == 20:
            break
    assert stamps == pytest.approx([stamps[0] + at * 0.02 * FAST for at in range(20)], abs=1e-6)


async def test_the_frames_end_when_the_microphone_is_closed():
    microphone = WavMicrophone(pace=FAST)
    await microphone.open()
    heard = 0
    async for _ in microphone.frames():
        heard += 1
        if heard == 3:
            await microphone.close()
    assert heard == 3


async def test_closing_between_two_frames_gives_no_more():
    microphone = WavMicrophone(pace=2.0)
    await microphone.open()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        capture = tasks.create_task(heard_by(microphone, 1))
        await asyncio.sleep(0)
        await microphone.close()
    assert capture.result() == []


def test_a_microphone_takes_time():
    with pytest.raises(ValueError, match="time"):
        WavMicrophone(pace=0)


@pytest.mark.parametrize("pace", [0.0, FAST])
async def test_everything_played_is_heard_and_saved(tmp_path, pace):
    loudspeaker = WavLoudspeaker(pace=pace)
    await loudspeaker.open()
    pcm = bytes(range(1, 241)) * 200
    async with asyncio.timeout(5):
        for at in range(0, len(pcm), 1_920):
            await loudspeaker.room()
            loudspeaker.play(1, pcm[at : at + 1_920])
        loudspeaker.finish(1)
        await loudspeaker.drained()
    assert loudspeaker.heard_ms == 1_000
    assert loudspeaker.first_sound_s is not None
    assert loudspeaker.heard == pcm
    loudspeaker.save(tmp_path / "reply.wav")
    with wave.open(str(tmp_path / "reply.wav")) as file:
        assert file.readframes(file.getnframes()) == pcm
    await loudspeaker.close()


async def test_a_reply_of_a_minute_is_heard_whole():
    loudspeaker = WavLoudspeaker(pace=0)
    await loudspeaker.open()
    loudspeaker.play(1, bytes(range(1, 241)) * 200 * 60)
    loudspeaker.finish(1)
    async with asyncio.timeout(20):
        await loudspeaker.room()
        await loudspeaker.drained()
    assert loudspeaker.heard_ms == 60_000
    await loudspeaker.close()


async def test_stop_drops_the_rest_and_the_next_reply_is_heard():
    loudspeaker = WavLoudspeaker(pace=FAST)
    await loudspeaker.open()
    loudspeaker.play(1, b"\1\1" * 24_000 * 20)
    async with asyncio.timeout(10):
        while loudspeaker.heard_ms < 50:
            await loudspeaker._next_change()
        assert loudspeaker.level > 0.2
        loudspeaker.stop()
        await loudspeaker.drained()
        before = len(loudspeaker.heard)
        loudspeaker.play(2, b"\2\2" * 2_400)
        loudspeaker.finish(2)
        await loudspeaker.drained()
    assert loudspeaker.heard[before:] == b"\2\2" * 2_400
    await loudspeaker.close()


async def test_what_was_played_before_opening_is_heard_after():
    loudspeaker = WavLoudspeaker(pace=0)
    loudspeaker.play(1, b"\1\1" * 240)
    loudspeaker.finish(1)
    await loudspeaker.drained()
    assert loudspeaker.heard == b""
    await loudspeaker.open()
    async with asyncio.timeout(5):
        await loudspeaker.drained()
    assert loudspeaker.heard == b"\1\1" * 240
    await loudspeaker.close()


async def test_a_paused_reply_waits_and_is_heard_to_its_end():
    loudspeaker, pcm = WavLoudspeaker(pace=0), b"\1\0" * 24_000
    await loudspeaker.open()
    loudspeaker.pause()
    loudspeaker.play(1, pcm)
    loudspeaker.finish(1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert loudspeaker.heard == b""
    loudspeaker.resume()
    await loudspeaker.drained()
    assert loudspeaker.heard.rstrip(b"\0") == pcm.rstrip(b"\0")
