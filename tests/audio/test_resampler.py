"""Rate conversion in pieces."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest

from desktop_app.audio.level import rms
from desktop_app.audio.resampler import Resampler, downmix


def tone(rate_hz: int, seconds: float, pitch_hz: float = 440) -> bytes:
    return array(
        "h",
        [
            int(10_000 * math.sin(at * math.tau * pitch_hz / rate_hz))
            for at in range(int(rate_hz * seconds))
        ],
    ).tobytes()


def crossings_per_second(pcm: bytes, rate_hz: int) -> float:
    samples = memoryview(pcm).cast("h")
    ups = sum(a < 0 <= b for a, b in pairwise(samples))
    return ups * rate_hz / len(samples)


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (22_050, 24_000)]
)
def test_pitch_loudness_and_length_survive(from_hz, to_hz):
    resampler = Resampler(from_hz, to_hz)
    pcm = tone(from_hz, 1.0)
    out = b"".join(resampler.feed(pcm[at : at + 882]) for at in range(0, len(pcm), 882))
    out += resampler.flush()
    assert len(out) == pytest.approx(to_hz * 2, abs=8)
    assert crossings_per_second(out, to_hz) == pytest.approx(440, rel=0.01)
    assert rms(out) == pytest.approx(rms(pcm), rel=0.02)


@pytest.mark.parametrize("size", [1, 3, 7, 640, 100_000])
def test_any_split_gives_the_same_sound(size):
    pcm = tone(48_000, 0.1)
    whole = Resampler(48_000, 16_000)
    expected = whole.feed(pcm) + whole.flush()
    pieces = Resampler(48_000, 16_000)
    out = b"".join(pieces.feed(pcm[at : at + size]) for at in range(0, len(pcm), size))
    out += pieces.flush()
    assert len(out) == len(expected)
    pairs = zip(memoryview(out).cast("h"), memoryview(expected).cast("h"), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 2  # soxr dithers the last bit


def test_what_the_lower_rate_cannot_hold_is_filtered_out():
    resampler = Resampler(48_000, 16_000)
    out = resampler.feed(tone(48_000, 0.5, pitch_hz=12_000)) + resampler.flush()
    assert rms(out[1_600:-1_600]) < 10


def test_equal_rates_pass_through_untouched():
    resampler = Resampler(16_000, 16_000)
    assert resampler.feed(b"abc") == b"ab"
    assert resampler.feed(b"d") == b"cd"
    assert resampler.flush() == b""


def test_a_flushed_resampler_starts_anew():
    resampler = Resampler(48_000, 16_000)
    first = resampler.feed(tone(48_000, 0.1)) + resampler.flush()
    assert resampler.feed(tone(48_000, 0.1)) + resampler.flush() == first


def test_rates_are_positive():
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, 16_000)


@pytest.mark.parametrize(
    ("channels", "groups", "mono"),
    [
        (1, [5, -5], [5, -5]),
        (2, [100, 300, -32768, -32768, 32767, 32767], [200, -32768, 32767]),
        (3, [3, 6, 9, -30, 0, 0], [6, -10]),
    ],
)
def test_channels_are_averaged(channels, groups, mono):
    assert downmix(array("h", groups).tobytes(), channels) == array("h", mono).tobytes()


def test_an_incomplete_group_of_channels_is_left_out():
    assert downmix(array("h", [2, 4, 6]).tobytes(), 2) == array("h", [3]).tobytes()


def test_what_is_held_back_is_known():
    resampler = Resampler(48_000, 16_000)
    given = len(resampler.feed(tone(48_000, 0.1)))
    assert resampler.held_s == pytest.approx(0.1 - given / 32_000)
    resampler.flush()
    assert resampler.held_s == 0.0


@pytest.mark.parametrize("from_hz", [44_100, 48_000])
def test_silence_stays_silence_and_loud_sound_does_not_wrap_around(from_hz):
    silent = Resampler(from_hz, 16_000)
    assert not any(silent.feed(bytes(from_hz)) + silent.flush())
    loud = Resampler(from_hz, 16_000)
    edge = array("h", [32_767] * (from_hz // 2) + [-32_768] * (from_hz // 2)).tobytes()
    samples = array("h", loud.feed(edge) + loud.flush())
    assert min(samples[100:7_900]) > 30_000
    assert max(samples[8_100:15_900]) < -30_000


@pytest.mark.parametrize("from_hz", [44_100, 48_000])
def test_what_is_held_back_is_known_and_small(from_hz):
    resampler, taken, given = Resampler(from_hz, 16_000), 0, 0
    held = []
    for _ in range(200):
        given += from_hz // 50
        taken += len(resampler.feed(bytes(from_hz // 50 * 2))) // 2
        assert resampler.held_s == pytest.approx(given / from_hz - taken / 16_000)
        held.append(resampler.held_s)
    assert max(held) <= 0.045
    assert sum(held) / len(held) <= 0.025
