"""Reasoning between tags never becomes part of an answer."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.openai.think_tags import ThinkTags
from desktop_app.service.providers.ports import ReasoningDelta, TextDelta


def parted(text: str, size: int = 1000) -> tuple[str, str]:
    """Answer and reasoning of a text that comes in pieces."""
    tags = ThinkTags()
    found = [event for at in range(0, len(text), size) for event in tags.feed(text[at : at + size])]
    found += tags.finish()
    answer = "".join(one.text for one in found if isinstance(one, TextDelta))
    return answer, "".join(one.text for one in found if isinstance(one, ReasoningDelta))


@pytest.mark.parametrize("size", [*range(1, 12), 1000])
@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("Plain.", "Plain.", ""),
        ("<think>Why?</think>Because.", "Because.", "Why?"),
        ("\n<think>\nWhy?\n</think>\n\nBecause.\n\nTruly.", "Because.\n\nTruly.", "\nWhy?\n"),
        ("<thinking>a < b</thinking>c < d", "c < d", "a < b"),
        ("<think></think>\n\nYes.", "Yes.", ""),
        ("One.\n<think>Hm.</think>Two.", "One.\nTwo.", "Hm."),
        ("<think>never closed", "", "never closed"),
        ("The tag <think> opens it, </think> closes it.", None, ""),
        ("<thin", "<thin", ""),
        ("a <", "a <", ""),
        ("<table>", "<table>", ""),
        ("", "", ""),
    ],
)
def test_any_split_parts_answer_and_reasoning(text, answer, reasoning, size):
    assert parted(text, size) == (text if answer is None else answer, reasoning)


def test_an_answer_is_not_held_back():
    tags = ThinkTags()
    assert tags.feed("Hel") == [TextDelta("Hel")]
    assert tags.feed("lo <b") == [TextDelta("lo <b")]
