"""What is said of tables and of mathematics, apart from all other marks."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.service.gateway.spoken_marks import said_math, said_tables

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
def test_no_bar_and_no_backslash_is_said(text: str):
    said = said_tables(said_math(text))
    assert "|" not in said
    assert "\\" not in said
    assert "$$" not in said
