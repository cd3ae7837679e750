"""Marks and "please" at the end of what is asked for."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.endings import without_ending


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("What time is it?", "What time is it"),
        ("What time is it, please?!", "What time is it"),
        ("A cat PLEASE ...\n", "A cat"),
        ("if you please me", "if you please me"),
        ("please", "please"),
        ("?!.", ""),
        ("", ""),
    ],
)
def test_marks_and_please_are_taken_off(text, bare):
    assert without_ending(text, ".?!") == bare


def test_other_marks_stay():
    assert without_ending("One, two,", ".") == "One, two,"


def test_many_marks_before_a_word_are_looked_at_once():
    text = "." * 2_000_000 + "x"
    assert without_ending(text, ".") == text
