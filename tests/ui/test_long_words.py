"""Long words end where people would break them."""

from __future__ import annotations

import re

import pytest

from desktop_app.ui.long_words import breakable


def test_long_words_may_be_broken_and_are_otherwise_as_they_were():
    long = "a-large-recording-of-the-meeting.wav and " + "x" * 40
    assert breakable(long).replace("\u200b", "") == long
    assert max(map(len, re.split(r"[\s\u200b]", breakable(long)))) <= 13
    assert breakable("Has a sister called Anna") == "Has a sister called Anna"
    assert breakable("to-a-very-long_name.of/places").count("\u200b") == 6


@pytest.mark.parametrize(
    "letter", ["u\u0308", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0915\u094d\u0937"]
)
def test_no_letter_is_broken_in_two(letter):
    assert set(breakable(letter * 40).split("\u200b")) <= {
        letter * 12,
        letter * 4,
        letter * 40,
    }


def test_joined_writing_is_broken_between_parts_alone():
    assert breakable("\u0628" * 30) == "\u0628" * 30
    assert breakable("\u0628" * 20 + "-" + "\u0628" * 3).index("\u200b") == 21
