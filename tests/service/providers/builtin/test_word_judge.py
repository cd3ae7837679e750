"""Typed questions answered by shared words, without any model."""

from __future__ import annotations

import threading

import pytest

from desktop_app.protocol.backboard.system_one import ChoiceQuestion, NoulQuestion, ScoreQuestion
from desktop_app.service.providers.builtin import word_judge
from desktop_app.service.providers.builtin.word_judge import WordJudge
from desktop_app.service.providers.judge_ports import JudgeRequest

STATE = {"mail": "My payments are failing and the invoice is wrong. I am furious."}
TEAMS = {"billing": "payment and invoices", "technical": "bugs and crashes", "sales": None}


async def answer(question, state=STATE, judge=None):
    result = await (judge or WordJudge()).judge(JudgeRequest({"it": question}, state))
    return result.typed["it"]


async def test_the_option_that_shares_words_is_likeliest():
    found = await answer(ChoiceQuestion(instructions="Which team?", criteria=TEAMS))
    assert found.choice == "billing"
    assert found.probabilities["billing"] > 0.6
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.probabilities["technical"] == found.probabilities["sales"]


async def test_the_level_that_shares_words_is_likeliest():
    levels = ["calm and friendly", "somewhat cross", "furious"]
    found = await answer(ScoreQuestion(instructions="How angry?", criteria=levels))
    assert max(found.probabilities, key=found.probabilities.get) == "2"
    assert 1 < found.score < 2
    assert found.legend["0"] == "calm and friendly"


async def test_yes_is_as_likely_as_the_question_s_words_are_there():
    assert (await answer(NoulQuestion(instructions="Is the invoice wrong?"))).noul > 0.9
    assert (await answer(NoulQuestion(instructions="Is it about gardening?"))).noul < 0.1


async def test_what_yes_and_no_mean_is_compared():
    meanings = {"true": "a furious person", "false": "a person who is pleased"}
    question = NoulQuestion(instructions="Is this one annoyed?", criteria=meanings)
    assert (await answer(question)).noul > 0.5
    assert (await answer(question, "I am pleased.")).noul < 0.5


async def test_where_nothing_is_shared_nothing_is_preferred():
    found = await answer(ChoiceQuestion(instructions="Which?", criteria=TEAMS), "Good morning")
    assert list(found.probabilities.values()) == pytest.approx([1 / 3] * 3)
    assert found.confidence == pytest.approx(0)


async def test_it_says_that_it_is_no_model():
    result = await WordJudge().judge(JudgeRequest({}, "x"))
    assert (result.model, result.usage) == ("builtin/words", {})
    (row,) = await WordJudge().models()
    assert row.description.startswith("No model")


async def test_a_long_state_is_read_once_and_others_are_served_meanwhile(monkeypatch):
    threads = []

    def noted(state, questions, read=word_judge._shared_words):
        threads.append(threading.current_thread())
        return read(state, questions)

    monkeypatch.setattr(word_judge, "_shared_words", noted)
    questions = {str(n): NoulQuestion(instructions="Is it about tides?") for n in range(64)}
    request = JudgeRequest(questions, "High tides and low tides. " * 4_000)
    assert len((await WordJudge().judge(request)).typed) == 64
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
