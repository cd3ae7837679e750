"""Messages with typed questions: answered whole, kept, and refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop_app.credentials import Secret
from desktop_app.service.providers.builtin.word_judge import WordJudge
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.providers.typesafe.typesafe_judge import TypeSafeJudge
from tests.fakes.http_server import json_answer
from tests.fakes.providers import ScriptedLanguage
from tests.fakes.typesafe_server import KEY, typesafe_server

URGENT = {"type": "noul", "instructions": "Is it urgent?"}
TEAMS = {"sales": None, "billing": "money"}
TEAM = {"type": "choice", "instructions": "Whose | is it?", "criteria": TEAMS}
MOOD = {"type": "score", "instructions": {"ask": "How angry?"}, "criteria": ["calm", "furious"]}
ALL = {"urgent": URGENT, "team": TEAM, "mood": MOOD}


@pytest.fixture
async def typesafe(rig):
    """The service with a connected TypeSafe."""
    async with typesafe_server() as server:
        judge = TypeSafeJudge(server.url, Secret(KEY))
        rig.providers.judges = {"typesafe": judge, "builtin": WordJudge()}
        yield server
        await judge.aclose()


async def ask(rig, questions: dict[str, Any] = ALL, state: Any = None, **fields: Any):
    asked = {"questions": questions} | ({} if state is None else {"state": state})
    body = {"content": "Urgent: billing is wrong.", "system_one": asked, **fields}
    return await rig.http.post("/threads/messages", json=body)


async def test_the_reply_is_a_table_and_the_numbers(rig, typesafe):
    reply = (await ask(rig)).json()
    assert reply["status"] == "COMPLETED"
    assert reply["content"].splitlines()[2:] == [
        "| Is it urgent? | Yes | 90% |",
        "| Whose \\| is it? | billing | 80% |",
        '| {"ask":"How angry?"} | calm | 80% |',
    ]
    result = reply["system_one"]
    assert result["answers"]["urgent"] == {"type": "noul", "noul": 0.9}
    assert result["model"] == "jev-1.13.0"
    assert (reply["model_provider"], reply["model_name"]) == ("typesafe", "jev-latest")
    assert (reply["input_tokens"], reply["output_tokens"]) == (25, 24)


async def test_it_stays_with_the_thread_s_messages(rig, typesafe):
    reply = (await ask(rig)).json()
    question, answer = await rig.messages(reply["thread_id"])
    assert question["content"] == "Urgent: billing is wrong."
    assert answer["content"] == reply["content"]
    assert answer["metadata_"]["system_one"] == reply["system_one"]
    assert answer["metadata_"]["run_id"] == reply["run_id"]
    assert answer["metadata_"]["input_tokens"] == 25


@pytest.mark.parametrize("state", ["a text", {"mail": "x"}, ["a", "b"]])
async def test_a_state_is_judged_in_place_of_the_words(rig, typesafe, state):
    assert (await ask(rig, state=state)).status_code == 200
    assert typesafe.http.requests[0].json()["state"] == state


async def test_a_first_message_is_judged_itself_and_later_the_conversation(rig, typesafe):
    first = (await ask(rig)).json()
    await ask(rig, thread_id=first["thread_id"], content="")
    alone, whole = [request.json()["state"] for request in typesafe.http.requests]
    assert alone == "Urgent: billing is wrong."
    assert whole == [
        {"role": "user", "content": "Urgent: billing is wrong."},
        {"role": "assistant", "content": first["content"]},
    ]


async def test_a_message_that_only_repeats_the_questions_is_not_judged_itself(rig, typesafe):
    thread_id = await rig.thread()
    asked = {"content": "Is it urgent?", "questions": {"a": URGENT}, "thread_id": thread_id}
    early = (await ask(rig, **asked)).json()
    assert (early["status"], "nothing was said" in early["message"]) == ("FAILED", True)
    said = {"content": "It burns.", "thread_id": thread_id, "send_to_llm": "false"}
    await rig.http.post("/threads/messages", json=said)
    await ask(rig, **asked)
    assert [one["content"] for one in typesafe.http.requests[0].json()["state"]] == [
        "Is it urgent?",
        "It burns.",
    ]


async def test_it_may_come_as_a_form(rig, typesafe):
    data = {"content": "Urgent", "system_one": json.dumps({"questions": {"a": URGENT}})}
    reply = (await rig.http.post("/threads/messages", data=data)).json()
    assert reply["system_one"]["answers"]["a"]["noul"] == 0.9


async def test_without_typesafe_the_language_model_judges(rig):
    said = json.dumps({"answers": {"q1": {"true": 3, "false": 1}}})
    rig.providers.language.pieces = (TextDelta(said),)
    reply = (await ask(rig, {"urgent": URGENT})).json()
    assert reply["system_one"]["answers"]["urgent"]["noul"] == 0.75
    assert (reply["model_name"], reply["total_tokens"]) == ("parrot", 12)


async def test_a_model_that_says_something_else_fails_the_turn_in_words(rig):
    reply = (await ask(rig)).json()
    assert reply["status"] == "FAILED"
    assert "judgement cannot be used" in reply["message"]
    _, answer = await rig.messages(reply["thread_id"])
    assert (answer["status"], answer["content"]) == ("FAILED", "")


async def test_the_built_in_judge_can_be_named_and_says_what_it_is(rig, typesafe):
    reply = (await ask(rig, llm_provider="builtin")).json()
    assert reply["system_one"]["model"] == "builtin/words"
    assert "shared words alone" in reply["content"]
    assert typesafe.http.requests == []


async def test_a_conversation_with_parley_s_own_answers_can_be_judged(rig, typesafe):
    rig.providers.language = ScriptedLanguage(provider="builtin", model="basic")
    reply = (await ask(rig, llm_provider="builtin", model_name="basic")).json()
    assert reply["system_one"]["model"] == "builtin/words"
    assert reply["model_name"] == "words"
    refused = await ask(rig, llm_provider="builtin", model_name="nonsense")
    assert refused.status_code in (400, 404, 422)


async def test_a_failure_of_the_provider_is_told(rig, typesafe):
    typesafe.http.plan(json_answer({"error": {"message": "Too long"}}, 422))
    reply = (await ask(rig)).json()
    assert reply["status"] == "FAILED"
    assert reply["message"] == "TypeSafe refused the request. Too long"


def choice(count: int) -> dict[str, Any]:
    return TEAM | {"criteria": {str(number): None for number in range(count)}}


@pytest.mark.parametrize(
    ("questions", "fields", "status", "said"),
    [
        (ALL, {"stream": True}, 400, "answered whole"),
        (ALL, {"voice": {"tts": {"provider": "x"}}}, 400, "leave voice out"),
        (ALL, {"operation": "generate_image"}, 400, "operation chat"),
        (ALL, {"send_to_llm": "false"}, 400, "leave send_to_llm out"),
        (ALL, {"content": ""}, 422, "nothing to judge"),
        ({"a": URGENT}, {"content": "Is it urgent?"}, 422, "nothing to judge"),
        (ALL, {"llm_provider": "nobody"}, 400, "no provider 'nobody'"),
        (ALL, {"llm_provider": "builtin", "model_name": "basic"}, 400, "only words"),
        (ALL, {"state": "word " * 40_000}, 400, "at once"),
        (ALL, {"state": "x" * 400_001}, 422, "400000 characters"),
        ({}, {}, 422, "no question"),
        ({str(number): URGENT for number in range(65)}, {}, 422, "at most 64"),
        ({" ": URGENT}, {}, 422, "Ids have"),
        ({"a": URGENT | {"instructions": " "}}, {}, 422, "Instructions have"),
        ({"a": URGENT | {"criteria": {"maybe": "x"}}}, {}, 422, "true and false"),
        ({"a": choice(1)}, {}, 422, "2 to 255 options"),
        ({"a": choice(256)}, {}, 422, "2 to 255 options"),
        ({"a": MOOD | {"criteria": ["one"]}}, {}, 422, "2 to 10 levels"),
        ({"a": MOOD | {"criteria": ["one", ""]}}, {}, 422, "Criteria have"),
        ({"a": {"type": "poem", "instructions": "x"}}, {}, 422, "poem"),
        ({"a": TEAM | {"criteria": ["sales"]}}, {}, 422, "criteria"),
    ],
)
async def test_what_cannot_be_answered_is_refused_before_anything_is_stored(
    rig, typesafe, questions, fields, status, said
):
    answer = await ask(rig, questions, **fields)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert (await rig.http.get("/threads")).json() == []
    assert typesafe.http.requests == []


async def test_the_catalogue_says_who_can_be_asked(rig, typesafe):
    rows = (await rig.http.get("/models")).json()["models"]
    can = {(row["provider"], row["name"]) for row in rows if "system_one_capabilities" in row}
    assert can >= {("typesafe", "jev-latest"), ("builtin", "words"), ("scripted", "parrot")}
