"""The waterfall of a turn."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import TurnTimes
from desktop_app.state.waterfall import Bar, BarName, bars_of, to_first_word_s


def test_each_stage_begins_where_the_one_before_ended():
    times = TurnTimes(
        speech_end=10.0, commit=10.29, transcript=10.44, first_text=10.692, first_sound=10.84
    )
    assert bars_of(times) == (
        Bar(BarName.END_OF_TURN, 0, 290),
        Bar(BarName.TRANSCRIPT, 290, 150),
        Bar(BarName.FIRST_WORD, 440, 252),
        Bar(BarName.FIRST_SOUND, 692, 148),
    )


def test_a_typed_message_has_no_end_of_speech():
    times = TurnTimes(commit=5.0, first_text=5.5)
    assert bars_of(times) == (Bar(BarName.FIRST_WORD, 0, 500),)


def test_a_moment_out_of_order_is_an_empty_bar():
    times = TurnTimes(speech_end=1.0, commit=2.0, transcript=1.5, first_text=2.5)
    assert [bar.length_ms for bar in bars_of(times)] == [1000, 0, 500]


def test_nothing_is_known_without_a_start():
    assert bars_of(TurnTimes(first_text=3.0)) == ()


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        (TurnTimes(speech_end=1.0, commit=1.5, first_text=2.0), 1.0),
        (TurnTimes(commit=1.5, first_text=2.0), 0.5),
        (TurnTimes(commit=1.5), None),
        (TurnTimes(first_text=1.5), None),
    ],
)
def test_the_wait_for_the_first_word_runs_from_the_last_one(times, seconds):
    assert to_first_word_s(times) == seconds
