"""Days that people name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.service.providers.builtin.skills.calendar_words import named_day, say_day

_TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 21)),
        ("the day after tomorrow", date(2026, 11, 23)),
        ("in a week", date(2026, 11, 28)),
        ("two weeks ago", date(2026, 11, 7)),
        ("next friday", date(2026, 11, 27)),
        ("christmas", date(2026, 12, 25)),
        ("march third", date(2027, 3, 3)),
        ("the twenty first of march", date(2027, 3, 21)),
        ("december thirty first", date(2026, 12, 31)),
        ("july 4th, 2030", date(2030, 7, 4)),
        ("2027-02-28", date(2027, 2, 28)),
        ("february 30", None),
        ("2027-13-01", None),
        ("smarch 3", None),
        ("", None),
    ],
)
def test_a_named_day_is_found(words, day):
    assert named_day(words, _TODAY) == day


@given(st.dates(date(2, 1, 1), date(9000, 1, 1)))
def test_every_day_that_is_said_is_understood_again(day):
    said = say_day(day).partition(", ")[2].lower()
    if day.year >= 1000:
        assert named_day(said, _TODAY) == day
