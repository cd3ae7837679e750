"""Sums, spoken and typed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.service.providers.builtin.skills.arithmetic import answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is seven times eight", "That is 56."),
        ("twenty four plus seventeen", "That is 41."),
        ("what is the square root of one hundred", "That is 10."),
        ("fifteen percent of eighty", "That is 12."),
        ("15% of 80", "That is 12."),
        ("(3+4)*2^5", "That is 224."),
        ("what is one hundred divided by four", "That is 25."),
        ("2+2=", "That is 4."),
        ("what does 2+2", None),
        ("0.1+0.2", "That is 0.3."),
        ("10 / 3", "That is about 3.33."),
        ("1 / 8000", "That is 0.000125."),
        ("what is five squared", "That is 25."),
        ("two to the power of ten", "That is 1024."),
        ("2^-2", "That is 0.25."),
        ("2^3^2", "That is 512."),
        ("-2^2", "That is -4."),
        ("the square root of two", "That is about 1.41."),
        ("the cube root of minus twenty seven", "That is -3."),
        ("half of 9", "That is 4.5."),
        ("1,000,000 times 3", "That is 3,000,000."),
        ("2^100", "That is about 1.268 times 10 to the power of 30."),
        ("one over zero", "Nothing can be divided by zero."),
        ("0^-1", "Nothing can be divided by zero."),
        ("0^0", "That is 1."),
        ("sqrt(-4)", "A negative number has no real square root."),
        ("(-2)^0.5", "That has no real answer."),
        ("9**9**9", "That number is too large for me."),
        ("9^9^9^9^9", "That number is too large for me."),
        ("0.5^99999999", "That number is too large for me."),
        ("10^1000 * 10^1000", "That number is too large for me."),
    ],
)
def test_sums_come_out_right(text, expected):
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "five", "-3", "555-1234", "2026-11-21", "1/2/2026", "80 plus 10%", "2+", "((((", "one two",
     "what is love", "seven times a week", "__import__('os')", "'a'*9", "x.y+1", "(" * 100 + "1+1",
     "1+" * 400 + "1", "- " * 100 + "1 + 1", "three point five"],
)  # fmt: skip
def test_what_is_no_sum_is_left_alone(text):
    assert answer(text) is None


@given(st.integers(-9999, 9999), st.sampled_from("+-*"), st.integers(0, 9999))
def test_whole_numbers_are_exact(left, sign, right):
    result = {"+": left + right, "-": left - right, "*": left * right}[sign]
    assert (answer(f"what is {left} {sign} {right}") or "").replace(",", "") == f"That is {result}."


@given(st.fractions(-1000, 1000, max_denominator=50), st.integers(1, 30))
def test_divisions_are_right_to_two_places(number, divisor):
    said = answer(f"({number.numerator}/{number.denominator}) / {divisor}") or ""
    value = Fraction(
        said.removeprefix("That is ").removeprefix("about ").rstrip(".").replace(",", "")
    )
    assert abs(value - number / divisor) <= Fraction(1, 200)


@given(st.text(alphabet="0123456789.+-*/^()% ofsqrtx", max_size=60))
def test_no_text_breaks_it(text):
    assert answer(text) is None or (answer(text) or "").endswith(".")
