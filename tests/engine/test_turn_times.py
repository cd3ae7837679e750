from __future__ import annotations

from desktop_app.engine.turn_times import TurnStopwatch
from desktop_app.journal.records import TurnTimes


def test_the_first_time_of_a_stage_counts():
    clock = iter((1.0, 2.0, 3.0))
    watch = TurnStopwatch(lambda: next(clock))
    watch.mark("commit")
    watch.mark("commit")
    watch.mark("first_text")
    assert watch.times == TurnTimes(commit=1.0, first_text=2.0)


def test_a_time_measured_elsewhere_is_taken():
    watch = TurnStopwatch(lambda: 9.0)
    watch.mark("speech_end", 4.5)
    assert watch.times.speech_end == 4.5
