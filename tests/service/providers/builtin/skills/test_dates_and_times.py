"""Times and dates, with a clock that stands still."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.service.providers.builtin.skills.dates_and_times import Clock

_NOW = datetime(2026, 11, 21, 18, 5, tzinfo=ZoneInfo("Europe/Berlin"))  # a Saturday
_CLOCK = Clock()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what time is it", "It is 6:05 PM."),
        ("what time is it now", "It is 6:05 PM."),
        ("what time is it in tokyo", "It is 2:05 AM on Sunday in Tokyo."),
        ("what time is it in new york", "It is 12:05 PM in New York."),
        ("what time is it in san francisco right now", "It is 9:05 AM in San Francisco."),
        ("the time in london", "It is 5:05 PM in London."),
        ("what time is it in the uk", "It is 5:05 PM in the UK."),
        ("what time is it in atlantis", "I do not know the time zone of Atlantis."),
        ("what day is it", "Today is Saturday, November 21, 2026."),
        ("what day is it today", "Today is Saturday, November 21, 2026."),
        ("what day is tomorrow", "Tomorrow is Sunday, November 22, 2026."),
        ("what day is it in three weeks", "That is Saturday, December 12, 2026."),
        ("what day was yesterday", "Yesterday was Friday, November 20, 2026."),
        ("what day of the week is march third", "That is Wednesday, March 3, 2027."),
        ("what day of the week was july 4 1976", "That was Sunday, July 4, 1976."),
        ("what is the date", "Today is Saturday, November 21, 2026."),
        ("what's today's date", "Today is Saturday, November 21, 2026."),
        ("what is the date in two days", "That is Monday, November 23, 2026."),
        ("what year is it", "It is 2026."),
        (
            "how many days are there until christmas",
            "It is 34 days until Friday, December 25.",
        ),
        ("how many days until march third", "It is 102 days until Wednesday, March 3, 2027."),
        (
            "how many days until the third of march",
            "It is 102 days until Wednesday, March 3, 2027.",
        ),
        ("how many days until december twenty first", "It is 30 days until Monday, December 21."),
        ("how many weeks until christmas", "It is 4 weeks and 6 days until Friday, December 25."),
        ("how many days until saturday", "It is 7 days until Saturday, November 28."),
        ("how many days until tomorrow", "It is 1 day until Sunday, November 22."),
        ("how many days until today", "That is today."),
        ("when is new year's eve", "It is on Thursday, December 31, 2026."),
        ("how many days until february 29", "It is 465 days until Tuesday, February 29, 2028."),
        ("what day is it in 999999999 weeks", "That is too far away for my calendar."),
    ],
)
def test_times_and_dates_are_told(text, expected):
    assert _CLOCK.answer(text, _NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "what is my favorite color", "how many days until the concert", "what day is february 30",
     "what day is the meeting", "when is dinner", "what is the time signature of a waltz",
     "how many kilometers are in ten miles", "x" * 1000],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text):
    assert _CLOCK.answer(text, _NOW) is None


@given(st.text(alphabet="0123456789-/ adehikmnorstuwy", max_size=60))
def test_no_text_breaks_it(text):
    for words in (text, f"what day is {text}", f"how many days until {text}"):
        assert _CLOCK.answer(words, _NOW) is None or _CLOCK.answer(words, _NOW).endswith(".")
