"""Typed questions through the official SDK and our own client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.contract.callers import OWN, SDK, open_caller, refusal
from tests.fakes.loop_thread import background
from tests.fakes.service import RealService, real_service
from tests.fakes.typesafe_server import KEY, TypeSafeServer, typesafe_server

QUESTIONS: dict[str, Any] = {
    "urgent": {"type": "noul", "instructions": "Is it urgent?"},
    "team": {
        "type": "choice",
        "instructions": "Whose is it?",
        "criteria": {"sales": None, "billing": "money"},
    },
    "mood": {"type": "score", "instructions": "How angry?", "criteria": ["calm", "furious"]},
}


@pytest.fixture(scope="module")
def typesafe() -> Iterator[TypeSafeServer]:
    with background(typesafe_server()) as running:
        yield running


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, typesafe: TypeSafeServer
) -> Iterator[RealService]:
    environment = {"PARLEY_TYPESAFE_KEY": KEY, "PARLEY_TYPESAFE_URL": typesafe.url}
    with real_service(tmp_path_factory.mktemp("service"), environment) as running:
        yield running


@pytest.fixture(params=[SDK, OWN])
async def caller(request: pytest.FixtureRequest, service: RealService) -> AsyncIterator[Any]:
    async with open_caller(request.param, service.api) as opened:
        yield opened


async def test_the_answers_come_with_the_reply(caller):
    reply = await caller.send_message(
        "Urgent: billing is wrong.", system_one={"questions": QUESTIONS}
    )
    found = reply.system_one
    assert found.model == "jev-1.13.0"
    assert found.answers["urgent"] == {"type": "noul", "noul": 0.9}
    assert found.answers["team"]["choice"] == "billing"
    assert found.answers["mood"]["legend"] == {"0": "calm", "1": "furious"}
    assert found.usage["output_tokens"] == 24
    assert "| Whose is it? | billing | 80% |" in reply.content


async def test_a_state_is_judged_in_a_thread_and_stays_there(caller, typesafe):
    assistant = await caller.create_assistant("Ada")
    thread = await caller.create_thread(assistant.assistant_id)
    state = {"mail": ["Please pay."]}
    reply = await caller.add_message(
        thread.thread_id, content="Look", system_one={"questions": QUESTIONS, "state": state}
    )
    assert typesafe.http.requests[-1].json()["state"] == state
    kept = await caller.get_thread(thread.thread_id)
    metadata = kept.messages[-1].metadata_
    assert metadata["system_one"]["answers"] == reply.system_one.answers


async def test_without_the_key_s_provider_the_built_in_judge_can_be_asked(caller):
    reply = await caller.send_message(
        "Urgent", system_one={"questions": QUESTIONS}, llm_provider="builtin"
    )
    assert reply.system_one.model == "builtin/words"


async def test_a_question_that_is_none_is_refused_in_words(caller):
    asked = {"questions": {"a": {"type": "score", "instructions": "x", "criteria": ["one"]}}}
    refused = await refusal(caller.send_message("Hi", system_one=asked))
    assert refused.status == 422
    assert "2 to 10 levels" in refused.detail


def test_the_description_of_the_service_has_the_questions(service: RealService):
    url = service.api.base_url.removesuffix("/api") + "/openapi.json"
    described = httpx.get(url, headers={"X-API-Key": service.api.key}).json()
    assert {"NoulQuestion", "ChoiceQuestion", "ScoreQuestion", "SystemOneResult"} <= set(
        described["components"]["schemas"]
    )
