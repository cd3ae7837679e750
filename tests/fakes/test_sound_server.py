"""The test's own sound server carries sound both ways."""

from __future__ import annotations

import asyncio
import signal
import wave
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.wav import write_wav
from tests.fakes import child_server
from tests.fakes.room import hiss, pcm_of
from tests.fakes.sound_server import RECORDING_RATE_HZ, ServerMissingError, SoundServer

QUESTION = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"


def _samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert file.getframerate() == RECORDING_RATE_HZ
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


async def test_what_is_spoken_reaches_the_microphone(sound_server: SoundServer):
    microphone = await asyncio.create_subprocess_exec(
        *("parecord", "--raw", "--channels=1", "--rate=16000", "--latency-msec=20"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert microphone.stdout is not None
    first = await microphone.stdout.readexactly(320)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sound_server.speak(QUESTION))
        heard = np.frombuffer(first + await microphone.stdout.readexactly(2 * 32_000), np.int16)
    microphone.terminate()
    await microphone.wait()
    assert np.abs(heard).max() > 3_000


async def test_it_says_when_a_program_listens_to_the_microphone(sound_server: SoundServer):
    assert not sound_server._listeners()
    microphone = await asyncio.create_subprocess_exec(
        *("parecord", "--raw"), stdout=asyncio.subprocess.PIPE
    )
    await sound_server.microphone_is_open()
    assert len(sound_server._listeners()) == 1
    microphone.terminate()
    await microphone.communicate()


async def test_what_a_program_plays_is_recorded_from_the_loudspeaker(
    sound_server: SoundServer, tmp_path: Path
):
    async with sound_server.recording(tmp_path / "heard.wav"):
        await _play(QUESTION)
    heard = _samples(tmp_path / "heard.wav")
    assert np.abs(heard).max() > 3_000
    assert len(heard) > 2 * RECORDING_RATE_HZ


async def test_a_server_that_was_stopped_can_come_back(sound_server: SoundServer):
    sound_server.stop()
    assert sound_server.process is None
    sound_server.start()
    await sound_server.speak(QUESTION)


async def test_an_echo_comes_no_later_when_the_server_is_late(
    sound_server: SoundServer, tmp_path: Path
):
    noise, played, heard = (tmp_path / name for name in ("noise.wav", "played.wav", "heard.wav"))
    write_wav(noise, pcm_of(hiss(5 * CAPTURE_RATE_HZ, -20)), CAPTURE_RATE_HZ)
    sound_server.let_the_microphone_hear_the_loudspeaker(db=-12, delay_ms=250)
    async with (
        sound_server.recording(played),
        sound_server.recording(heard, of="micfeed"),
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(sound_server.speak(noise, into="speaker"))
        await asyncio.sleep(2.5)
        sound_server.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.3)
        sound_server.process.send_signal(signal.SIGCONT)
    loud, echo = _samples(played).astype(float), _samples(heard).astype(float)
    begin = int(np.argmax(np.abs(loud) > 1_000))
    before, after = (_delay_ms(loud, echo, begin + at) for at in (12_000, 4 * RECORDING_RATE_HZ))
    assert after == pytest.approx(before, abs=1)


def _delay_ms(loud: np.ndarray, echo: np.ndarray, at: int) -> float:
    """How much later a quarter of a second of the one is found in the other."""
    length = RECORDING_RATE_HZ // 4
    found = np.correlate(echo[at : at + 5 * length], loud[at : at + length], "valid")
    return float(np.argmax(np.abs(found))) * 1000 / RECORDING_RATE_HZ


async def test_a_file_that_is_no_sound_is_refused(sound_server: SoundServer, tmp_path: Path):
    (tmp_path / "words.wav").write_text("not a sound")
    with pytest.raises(RuntimeError, match=r"words\.wav"):
        await sound_server.speak(tmp_path / "words.wav")


def test_a_missing_program_is_named_with_its_package():
    with pytest.raises(ServerMissingError, match="apt-get install pulseaudio"):
        child_server.program("no-such-program", "pulseaudio")


async def _play(wav: Path) -> None:
    player = await asyncio.create_subprocess_exec("paplay", str(wav))
    assert await player.wait() == 0
