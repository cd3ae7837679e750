"""The cushion learns from lateness and forgets slowly."""

from __future__ import annotations

import pytest

from desktop_app.audio.cushion import Cushion


def test_sound_ahead_of_real_time_needs_no_cushion():
    cushion = Cushion()
    for at in range(50):
        cushion.arrived(at * 0.01, 0.04)
    assert cushion.target_s(0.5) == 0.0


def test_the_cushion_is_the_largest_lateness():
    cushion = Cushion()
    for at_s in (0.0, 0.04, 0.20, 0.21, 0.22):
        cushion.arrived(at_s, 0.04)
    assert cushion.target_s(0.22) == pytest.approx(0.12, abs=0.001)


def test_a_new_turn_sets_its_own_pace():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.begin()
    cushion.arrived(0.5, 0.04)
    assert cushion.target_s(0.5) == 0.0


def test_a_pause_is_no_jitter():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(5.0, 0.04)
    cushion.arrived(5.05, 0.04)
    assert cushion.target_s(5.05) == pytest.approx(0.01)


def test_a_very_late_chunk_does_not_delay_speech_by_more_than_the_limit():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.9, 0.04)
    assert cushion.target_s(0.9) == 0.4


def test_the_cushion_eases_off_over_a_minute():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.24, 0.04)
    assert cushion.target_s(20.24) == pytest.approx(0.1)
    assert cushion.target_s(60.24) < 0.03
