"""Numbers from words and for people."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.service.providers.builtin.skills.numbers_in_words import say_number, with_digits


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("seven times eight", "7 times 8"),
        ("twenty-four and seventeen", "24 and 17"),
        ("one hundred and five and six", "105 and 6"),
        ("two hundred and", "200 and"),
        ("a hundred", "100"),
        ("a mile", "a mile"),
        ("three point one four", "3.14"),
        ("zero point five", "0.5"),
        ("two million three hundred thousand and one", "2300000 and 1"),
        ("1,250 apples", "1250 apples"),
        ("3 million", "3000000"),
        ("1.5 million", "1500000"),
        ("the point", "the point"),
        ("one two three", "1 2 3"),
        ("", ""),
    ],
)
def test_number_words_become_digits(words, expected):
    assert with_digits(words) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(1609344, 100000), ("16.09", False)),
        (Fraction(5280), ("5280", True)),
        (Fraction(86400), ("86,400", True)),
        (Fraction(-1234567, 100), ("-12,345.67", True)),
        (Fraction(1, 3), ("0.3333", False)),
        (Fraction(5, 2), ("2.5", True)),
        (Fraction(10) ** 20, ("1 times 10 to the power of 20", False)),
        (Fraction(0), ("0", True)),
    ],
)
def test_numbers_are_written_for_people(value, said):
    assert say_number(value) == said


@given(st.text(alphabet="abcdefghinortuvwxy -,.0123456789", max_size=80))
def test_digits_stay_digits(text):
    once = with_digits(text)
    assert with_digits(once) == once


@given(st.fractions())
def test_every_number_can_be_said(value):
    assert any(character.isdigit() for character in say_number(value)[0])
