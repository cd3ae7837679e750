"""What answers a question, what only comes near, and what does neither."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.asked_facts import asked_fact

TOLD = [
    "my car is blue",
    "my car is parked on level three",
    "I live in Bremen",
    "my sister is called Eva",
    "Eva works at the harbour",
    "my dog Rex is seven",
    "I have two brothers",
    "I am allergic to peanuts",
    "my train leaves at 9:40",
    "the front door is green",
    "Paris was cloudy",
    "my bike is a Gazelle",
    "my appointment is on Friday",
    "I have seven oranges",
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What color is my car", "my car is blue"),
        ("which colour does my car have", "my car is blue"),
        ("what's the color of my car", "my car is blue"),
        ("Tell me what color my car is", "my car is blue"),
        ("Where did I park my car", "my car is parked on level three"),
        ("Where do I live", "I live in Bremen"),
        ("What is my sister's name", "my sister is called Eva"),
        ("Who is Eva", "my sister is called Eva"),
        ("Do I have a sister", "my sister is called Eva"),
        ("Where does Eva work", "Eva works at the harbour"),
        ("How many brothers have I got", "I have two brothers"),
        ("What am I allergic to", "I am allergic to peanuts"),
        ("When does my train leave", "my train leaves at 9:40"),
        ("what color is the front door", "the front door is green"),
        ("What time does my train leave", "my train leaves at 9:40"),
        ("What day is my appointment", "my appointment is on Friday"),
        ("How many oranges do I have", "I have seven oranges"),
    ],
)
def test_a_question_is_answered_by_what_was_told(question, answer):
    asked = asked_fact(question)
    assert asked is not None
    assert asked.answers(TOLD)[0] == answer


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("Which brand is my bike", ["my bike is a Gazelle"]),
        ("How old is my dog", ["my dog Rex is seven"]),
        ("How heavy is my car", ["my car is parked on level three"]),
    ],
)
def test_what_does_not_name_what_is_asked_for_only_comes_near(question, near):
    asked = asked_fact(question)
    assert asked is not None
    assert (asked.answers(TOLD), asked.near(TOLD)) == ([], near)


@pytest.mark.parametrize(
    "question",
    [
        "What color is my bike",
        "What time is my appointment",
        "What day does my train leave",
        "What is the weather like in Paris",
        "What is the capital of France",
        "Which city is largest",
        "How far is Paris",
        "What color is the sky",
        "How many sisters do I have",
        "What does Eva eat",
    ],
)
def test_a_near_miss_is_no_answer(question):
    asked = asked_fact(question)
    assert asked is not None
    assert (asked.answers(TOLD), asked.near(TOLD)) == ([], [])


@pytest.mark.parametrize(
    "text", ["", "my car is blue", "what is it", "hello", "what " + "car " * 40]
)
def test_what_asks_for_nothing_is_no_question(text):
    assert asked_fact(text) is None
