"""Loudness for rules and for eyes."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest

from desktop_app.audio.level import level_of, loudness, rms


def tone(amplitude: int, samples: int = 480) -> bytes:
    return array(
        "h", [int(amplitude * math.sin(at * math.tau * 441 / 24_000)) for at in range(samples)]
    ).tobytes()


def test_silence_and_nothing_are_zero():
    assert level_of(bytes(960)) == 0.0
    assert level_of(b"") == 0.0
    assert rms(b"") == 0.0


def test_full_scale_is_one_and_a_whisper_is_little():
    assert level_of(b"\x00\x80" * 480) == 1.0
    assert 0.0 < level_of(tone(200)) < 0.35


def test_twice_as_loud_is_the_same_step_anywhere():
    steps = [level_of(tone(400 * 2**n)) for n in range(5)]
    differences = [after - before for before, after in pairwise(steps)]
    assert differences == pytest.approx([6.02 / 54] * 4, abs=0.01)


def test_rms_of_a_sine_is_its_amplitude_over_root_two():
    assert rms(tone(10_000, 2_400)) == pytest.approx(10_000 / math.sqrt(2), rel=0.02)


def test_rms_takes_any_bytes_and_every_sample():
    samples = array("h", [3, 4_000, -4, 3_000, 5]).tobytes()
    assert rms(samples) == int(math.sqrt(25_000_050 / 5))
    assert rms(memoryview(samples)[:-2]) == int(math.sqrt(25_000_025 / 4))
    assert rms(memoryview(bytearray(samples))[:3]) == 3
    assert rms(b"\x00\x80" * 480) == 32_768


def test_an_odd_last_byte_is_ignored():
    assert rms(b"\x00\x10\x00") == 4096.0
    assert level_of(b"\x07") == 0.0


def test_a_level_can_be_had_of_an_energy_that_is_known():
    assert loudness(rms(tone(2_000))) == pytest.approx(level_of(tone(2_000)), abs=0.01)
    assert loudness(0.0) == 0.0
