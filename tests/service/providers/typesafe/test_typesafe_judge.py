"""Typed questions to TypeSafe, over a real socket."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, InputError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.system_one import (
    ChoiceQuestion,
    NoulQuestion,
    ScoreQuestion,
)
from desktop_app.service.providers.judge_ports import JudgeRequest
from desktop_app.service.providers.typesafe.typesafe_judge import TypeSafeJudge
from tests.fakes.http_server import json_answer
from tests.fakes.typesafe_server import KEY, typesafe_server

QUESTIONS = {
    "urgent": NoulQuestion(instructions="Is it urgent?"),
    "team": ChoiceQuestion(instructions="Whose?", criteria={"sales": None, "billing": "money"}),
    "mood": ScoreQuestion(instructions="How angry?", criteria=["calm", "cross", "furious"]),
}


@pytest.fixture
async def server():
    async with typesafe_server() as running:
        yield running


@pytest.fixture
async def judge(server):
    opened = TypeSafeJudge(server.url, Secret(KEY))
    yield opened
    await opened.aclose()


async def test_every_kind_of_question_is_answered(judge):
    request = JudgeRequest(QUESTIONS, {"mail": "Urgent: my billing is wrong. I am furious."})
    result = await judge.judge(request)
    answers = result.typed
    assert answers["urgent"].noul == 0.9
    assert (answers["team"].choice, answers["team"].probabilities["billing"]) == ("billing", 0.8)
    assert answers["mood"].legend["2"] == "furious"
    assert answers["mood"].score == pytest.approx(1.7)
    assert result.model == "jev-1.13.0"
    assert result.usage["output_tokens"] == 24


async def test_the_body_is_what_the_api_documents(server, judge):
    await judge.judge(JudgeRequest({"urgent": QUESTIONS["urgent"]}, "text", "jev-1.13.0"))
    assert server.http.requests[0].json() == {
        "model": "jev-1.13.0",
        "state": "text",
        "questions": {"urgent": {"type": "noul", "instructions": "Is it urgent?"}},
    }


async def test_a_model_it_does_not_have_is_refused_in_its_words(judge):
    with pytest.raises(InputError, match="unknown model parrot") as caught:
        await judge.judge(JudgeRequest(QUESTIONS, "text", "parrot"))
    assert caught.value.code == "judge.refused"


async def test_a_wrong_key_is_told(server):
    judge = TypeSafeJudge(server.url, Secret("wrong"))
    with pytest.raises(AccessError, match="TypeSafe refused the key"):
        await judge.judge(JudgeRequest(QUESTIONS, "text"))
    await judge.aclose()


async def test_too_many_questions_may_be_asked_again_later(server, judge):
    server.http.plan(json_answer({}, 429, retry_after="3"))
    with pytest.raises(NetworkError, match="Try again in 3 s") as caught:
        await judge.judge(JudgeRequest(QUESTIONS, "text"))
    assert caught.value.retryable


CHOICE = {"type": "choice", "choice": "sales", "probabilities": {"sales": 1.0}, "confidence": 1}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"team": {"type": "noul", "noul": 0.5}},
        {"team": CHOICE | {"choice": "cooking"}},
        {"team": CHOICE | {"probabilities": {"cooking": 1.0}}},
        {"team": CHOICE | {"probabilities": {"sales": 1.5}}},
        {"team": CHOICE | {"probabilities": {}}},
        {"team": "sales"},
    ],
)
async def test_an_answer_to_something_else_is_none(server, judge, answers):
    server.http.plan(json_answer({"model": "jev", "answers": answers, "usage": {}}))
    with pytest.raises(ProtocolError, match="cannot be understood"):
        await judge.judge(JudgeRequest({"team": QUESTIONS["team"]}, "text"))


async def test_its_rows_say_what_can_be_asked(judge):
    first, *_ = await judge.models()
    assert (first.name, first.provider) == ("jev-latest", "typesafe")
    assert first.model_type == "system_one"
    assert first.system_one_capabilities["max_choice_options"] == 255
    assert first.input_cost_per_1m_tokens == 0.042
