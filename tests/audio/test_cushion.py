"""The cushion learns from lateness and forgets slowly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from desktop_app.audio.cushion import Cushion


def test_sound_ahead_of_real_time_needs_no_cushion():
    cushion = Cushion()
    for at in range(50):
        cushion.arrived(at * 0.01, 0.04)
    assert cushion.lateness_s(0.5) == 0.0


def test_the_cushion_is_the_largest_lateness():
    cushion = Cushion()
    for at_s in (0.0, 0.04, 0.20, 0.21, 0.22):
        cushion.arrived(at_s, 0.04)
    assert cushion.lateness_s(0.22) == pytest.approx(0.12, abs=0.001)


def test_it_is_safe_to_begin_so_late_that_the_latest_chunk_would_be_in_time():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.07, 0.04)
    cushion.begin()
    cushion.arrived(10.0, 0.04)
    assert cushion.begin_s(10.0, 0.04, is_heard=True) == pytest.approx(10.03)
    cushion.arrived(10.02, 0.04)  # 20 ms early: as much less to wait
    assert cushion.begin_s(10.02, 0.08, is_heard=True) == pytest.approx(10.01)


def test_a_turn_on_a_link_at_real_pace_begins_one_period_later_still():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    assert cushion.begin_s(0.0, 0.04, is_heard=False) == 0.0, "nobody knows the pace"
    cushion.arrived(0.04, 0.04)
    cushion.begin()
    cushion.arrived(10.0, 0.04)
    assert cushion.begin_s(10.0, 0.04, is_heard=False) == pytest.approx(10.01, abs=0.0021)
    assert cushion.begin_s(10.0, 0.04, is_heard=True) == pytest.approx(10.0, abs=0.0021)
    cushion.begin()
    cushion.arrived(140.0, 0.04)
    assert cushion.begin_s(140.0, 0.04, is_heard=False) == 140.0, "it was too long ago"


def test_a_link_ahead_of_real_time_never_waits():
    cushion = Cushion()
    for turn_s in (0.0, 10.0):
        cushion.begin()
        for number in range(5):
            cushion.arrived(turn_s + number * 0.01, 0.04)
            waiting_s = (number + 1) * 0.04
            begin_s = cushion.begin_s(turn_s + number * 0.01, waiting_s, is_heard=False)
            assert begin_s <= turn_s + 1e-9


def test_a_new_turn_sets_its_own_pace():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.begin()
    cushion.arrived(0.5, 0.04)
    assert cushion.lateness_s(0.5) == 0.0


def test_a_pause_is_no_jitter():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(5.0, 0.04)
    cushion.arrived(5.05, 0.04)
    assert cushion.lateness_s(5.05) == pytest.approx(0.01)


def test_a_very_late_chunk_does_not_delay_speech_by_more_than_the_limit():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.9, 0.04)
    assert cushion.lateness_s(0.9) == 0.5


def test_what_was_learnt_is_kept_for_a_minute_and_eases_off_over_another():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.24, 0.04)
    assert cushion.lateness_s(60.24) == pytest.approx(0.2)
    assert cushion.lateness_s(90.24) == pytest.approx(0.1)
    assert cushion.lateness_s(120.3) == 0.0


def test_behind_a_large_lateness_a_smaller_one_is_remembered_longer():
    cushion = Cushion()
    cushion.arrived(0.0, 0.04)
    cushion.arrived(0.24, 0.04)
    cushion.begin()
    cushion.arrived(50.0, 0.04)
    cushion.arrived(50.14, 0.04)
    assert cushion.lateness_s(60.0) == pytest.approx(0.2)
    assert cushion.lateness_s(110.0) == pytest.approx(0.1)


@given(
    late_ms=lists(integers(0, 450), min_size=1, max_size=300),
    at_ms=integers(0, 200_000),
)
def test_it_is_the_weighted_maximum_however_it_is_kept(late_ms, at_ms):
    cushion, seen = Cushion(), []
    start_s = 0.0
    for number, late in enumerate(late_ms):
        start_s = number * 2.0
        cushion.begin()
        cushion.arrived(start_s, 0.04)
        cushion.arrived(start_s + 0.04 + late / 1000, 0.04)
        seen.append((late / 1000, start_s + 0.04 + late / 1000))
    now_s = seen[-1][1] + at_ms / 1000
    weighted = max(late * min(1.0, max(0.0, 1.0 - (now_s - at_s - 60) / 60)) for late, at_s in seen)
    assert cushion.lateness_s(now_s) == pytest.approx(weighted, abs=0.004)
