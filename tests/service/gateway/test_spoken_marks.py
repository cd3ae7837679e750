"""What is said of tables and of mathematics, apart from all other marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.service.gateway.spoken_marks import said_displays, said_math, said_tables

_SIGNS = st.text("|$\\{}^_ab 1-&\n()[]")


def test_a_text_without_marks_stays_as_it_is():
    text = "Nothing of it, at 3 - 2 = 1 o'clock."
    assert said_tables(said_math(text)) == text


@pytest.mark.parametrize("text", ["| One |", "  | One", "| | One | - |"])
def test_a_row_is_a_sentence(text: str):
    assert said_tables(text).strip() == "One."


@example("\\")
@example("a\\")
@given(_SIGNS)
def test_no_bar_and_no_mark_of_mathematics_is_said(text: str):
    said = said_tables(said_math(text))
    assert "|" not in said
    assert "$$" not in said


@example("\\")
@example("\\a\\")
@given(_SIGNS)
def test_no_backslash_of_a_formula_is_said(text: str):
    formula = re.sub(r"\$|\\]", "", text)
    assert "\\" not in said_displays(f"$$\n{formula}\n$$")
    assert "\\" not in said_math(f"$x_1 {formula.replace('`', '')}=1$".replace("\n", " "))


@pytest.mark.parametrize("text", [r"C:\Users", "`\\[x\\]`", "`$$`", r"\1"])
def test_what_is_no_mathematics_keeps_its_backslashes(text: str):
    assert said_math(text) == text
