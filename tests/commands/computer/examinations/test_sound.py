"""The sound devices are examined by using them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.audio.portaudio import SoundSystem
from desktop_app.commands.computer.examinations import sound
from desktop_app.commands.computer.examinations.finding import Verdict
from desktop_app.errors import DeviceError
from tests.fakes.sound_server import SoundServer

QUESTION = Path(__file__).parents[3] / "sounds" / "square_root_of_one_hundred.wav"


@pytest.fixture
async def system() -> AsyncIterator[SoundSystem]:
    """PortAudio, closed after the test."""
    made = SoundSystem()
    yield made
    await made.aclose()


async def test_a_working_machine_has_nothing_to_complain_of(
    sound_server: SoundServer, system: SoundSystem
):
    assert (await sound.devices(system)).verdict is Verdict.OK
    found = await sound.loudspeaker(system)
    assert found.verdict is Verdict.OK
    assert re.fullmatch(r"Takes sound, [1-9]\d{0,2} ms late\.", found.text)


async def test_the_microphone_is_heard_while_somebody_speaks(
    sound_server: SoundServer, system: SoundSystem
):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sound_server.speak(QUESTION))
        finding = await sound.microphone(system)
    assert finding.verdict is Verdict.OK
    assert re.search(r"dB over one second, \d{1,3} ms late\.", finding.text)


async def test_a_microphone_that_gives_zeros_is_called_silent(
    sound_server: SoundServer, system: SoundSystem
):
    sound_server.switch_microphone(is_on=False)
    finding = await sound.microphone(system)
    assert finding.verdict is Verdict.WARNING
    assert "silence" in finding.text


async def test_a_machine_without_sound_is_a_problem(sound_server: SoundServer, system: SoundSystem):
    await sound.devices(system)
    sound_server.stop()
    finding = await sound.devices(system)
    assert finding.verdict is Verdict.PROBLEM
    assert "Microphones: none" in finding.text
    with pytest.raises(DeviceError, match="No microphone"):
        await sound.microphone(system)
    with pytest.raises(DeviceError, match="No loudspeaker"):
        await sound.loudspeaker(system)


@pytest.mark.parametrize(
    ("energy", "verdict", "words"),
    [
        (0.0, Verdict.WARNING, "complete silence"),
        (5.0, Verdict.OK, "Very quiet"),
        (300.0, Verdict.OK, "-41 dB"),
        (9_000.0, Verdict.OK, "Speech"),
    ],
)
def test_the_level_is_put_in_words(energy: float, verdict: Verdict, words: str):
    finding = sound._loudness("USB Headset", energy)
    assert finding.verdict is verdict
    assert words in finding.text


def test_devices_are_listed_by_their_ids_without_being_opened(sound_server: SoundServer):
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", "devices", "--json"],
        cwd=Path(__file__).parents[4],
        check=True,
        capture_output=True,
        text=True,
    )
    rows = {(row["direction"], row["id"]): row for row in json.loads(done.stdout)}
    assert rows["input", "mic"]["is_default"]
    assert rows["output", "speaker"]["is_default"]
    assert rows["output", "speaker"]["rate_hz"] == 48_000
    assert rows["output", "speaker"]["latency_ms"] > 0
    assert not any(name.endswith(".monitor") for _, name in rows), "what plays is no microphone"
    assert sound_server.listeners() == 0
