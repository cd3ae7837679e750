"""Greetings, thanks, and an honest word about what can be done."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.small_talk import ABILITIES, answer


@pytest.mark.parametrize("text", ["hello", "hi there", "good morning", "hey parley"])
def test_a_greeting_is_returned(text):
    assert answer(text) == "Hello. What can I do for you?"


@pytest.mark.parametrize("text", ["what can you do", "help", "who are you"])
def test_abilities_are_told_together_with_the_lack_of_a_model(text):
    said = answer(text) or ""
    assert ABILITIES in said
    assert "language model" in said


@pytest.mark.parametrize("text", ["", "hello kitty is a cat", "thanks to whom", "help me move"])
def test_what_is_no_small_talk_is_left_alone(text):
    assert answer(text) is None
