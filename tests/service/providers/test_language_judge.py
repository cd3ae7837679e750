"""Typed questions answered by a language model, whose answer is read strictly."""

from __future__ import annotations

import json

import pytest

from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.protocol.backboard.system_one import ChoiceQuestion, NoulQuestion, ScoreQuestion
from desktop_app.protocol.events import Usage
from desktop_app.service.providers.judge_ports import JudgeRequest
from desktop_app.service.providers.language_judge import LanguageJudge
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.ports import TextDelta
from tests.fakes.openai_server import closed_port
from tests.fakes.providers import ScriptedLanguage

QUESTIONS = {
    "is it": NoulQuestion(instructions="Is it urgent?", criteria={"true": "today"}),
    "team": ChoiceQuestion(instructions="Whose?", criteria={"sales": None, "billing": "money"}),
    "mood": ScoreQuestion(instructions="How angry?", criteria=["calm", "cross", "furious"]),
}
GOOD = {
    "q1": {"true": 0.6, "false": 0.2},
    "q2": {"billing": 0.9, "sales": 0.1},
    "q3": {"0": 0, "1": 1, "2": 1},
}


def saying(answers, wrap="{}"):
    text = answers if isinstance(answers, str) else json.dumps({"answers": answers})
    return ScriptedLanguage(pieces=(TextDelta(wrap.format(text)),), usage=Usage(30, 9))


@pytest.mark.parametrize("wrap", ["{}", "```json\n{}\n```"])
async def test_its_probabilities_are_made_one_together(wrap):
    result = await LanguageJudge(saying(GOOD, wrap)).judge(JudgeRequest(QUESTIONS, "text"))
    answers = result.typed
    assert answers["is it"].noul == pytest.approx(0.75)
    assert answers["team"].choice == "billing"
    assert answers["team"].confidence == pytest.approx(0.8)
    assert answers["mood"].probabilities == {"0": 0.0, "1": 0.5, "2": 0.5}
    assert answers["mood"].score == 1.5
    assert (result.model, result.usage) == ("parrot", {"input_tokens": 30, "output_tokens": 9})


async def test_it_is_told_state_questions_and_options_but_no_ids():
    language = saying(GOOD)
    await LanguageJudge(language).judge(JudgeRequest(QUESTIONS, {"mail": "hello"}, "other"))
    (request,) = language.requests
    task = json.loads(request.history[0].content)
    assert task["state"] == {"mail": "hello"}
    assert task["questions"]["q1"]["answers"] == {"true": "today", "false": ""}
    assert "is it" not in request.history[0].content
    assert (request.model, request.wants_json, request.memory) == ("other", True, "off")


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ("I think it is urgent.", "not in the form"),
        ({"q1": GOOD["q1"]}, "leaves a question out"),
        (GOOD | {"q2": {"cooking": 1}}, "not asked about"),
        (GOOD | {"q2": {"sales": -1, "billing": 2}}, "a probability is none"),
        (GOOD | {"q2": {"sales": 0, "billing": 0}}, "every answer impossible"),
        (GOOD | {"q2": {"sales": "much"}}, "not in the form"),
        ("x" * 400_001, "too long"),
    ],
)
async def test_what_cannot_be_used_is_said_to_be_so(answers, why):
    with pytest.raises(ProtocolError, match=why) as caught:
        await LanguageJudge(saying(answers)).judge(JudgeRequest(QUESTIONS, "text"))
    assert caught.value.code == "judge.unusable"


async def test_a_server_that_is_gone_is_told_as_such():
    language = OpenAiLanguage(f"http://127.0.0.1:{closed_port()}/v1", provider="own", model="m")
    with pytest.raises(NetworkError, match="cannot be reached"):
        await LanguageJudge(language).judge(JudgeRequest(QUESTIONS, "text"))
    await language.aclose()
