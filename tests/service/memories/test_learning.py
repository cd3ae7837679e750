"""What turns leave behind in an assistant's memory."""

from __future__ import annotations

import asyncio
import logging

import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.service.memories import learning
from desktop_app.service.memories.learning import FEW, MOST_WAITING
from desktop_app.service.storage.store import open_store
from tests.fakes.facts import REFUSED


def events(operation) -> list[tuple[str, str]]:
    return [(each["event"], each["memory"]) for each in operation.memory_ids]


async def test_the_first_facts_are_added_with_one_question_to_the_model(mind):
    operation = await mind.learn(
        "I am Ada and I like tea", {"facts": ["Is called Ada", "Likes tea"]}
    )
    assert operation.status == "COMPLETED"
    assert events(operation) == [("ADD", "Is called Ada"), ("ADD", "Likes tea")]
    assert operation.result_count == 2
    assert await mind.known() == ["Is called Ada", "Likes tea"]
    (request,) = mind.language.requests
    assert mind.language.task(0)["user"] == "I am Ada and I like tea"
    assert mind.language.task(0)["assistant"] == "I see."
    assert request.wants_json
    assert request.memory == "off"
    page = await mind.store.memories.all(mind.assistant_id)
    assert {memory.metadata["source"] for memory in page.memories} == {"learned"}


async def test_what_changes_is_updated_and_not_duplicated(mind):
    await mind.know("Lives in Berlin", "Likes tea")
    operation = await mind.learn(
        "I have moved to Hamburg",
        {"facts": ["Lives in Hamburg"]},
        {"memory": [{"id": "2", "text": "Lives in Hamburg", "event": "UPDATE"}]},
    )
    assert mind.language.task(1) == {
        "known": [{"id": "1", "text": "Likes tea"}, {"id": "2", "text": "Lives in Berlin"}],
        "facts": ["Lives in Hamburg"],
    }
    assert events(operation) == [("UPDATE", "Lives in Hamburg")]
    assert await mind.known() == ["Lives in Hamburg", "Likes tea"]


async def test_what_is_no_longer_true_is_deleted_and_the_rest_is_added(mind):
    await mind.know("Has a dog")
    operation = await mind.learn(
        "The dog has died. I now have a cat.",
        {"facts": ["The dog died", "Has a cat"]},
        {
            "memory": [
                {"id": 1, "text": "", "event": "DELETE"},
                {"id": "", "text": "Has a cat", "event": "ADD"},
            ]
        },
    )
    assert events(operation) == [("DELETE", "Has a dog"), ("ADD", "Has a cat")]
    assert await mind.known() == ["Has a cat"]


async def test_what_is_known_already_changes_nothing(mind):
    await mind.know("Likes tea")
    for decision in (
        {"id": "1", "text": "Likes tea", "event": "NONE"},
        {"id": "1", "text": "Likes tea", "event": "UPDATE"},
        {"id": "", "text": "likes tea.", "event": "ADD"},
    ):
        operation = await mind.learn("I like tea", {"facts": ["Likes tea"]}, {"memory": [decision]})
        assert (operation.status, operation.memory_ids) == ("COMPLETED", [])
    assert await mind.known() == ["Likes tea"]


async def test_a_turn_without_facts_completes_with_nothing(mind):
    operation = await mind.learn("What time is it?", {"facts": []})
    assert (operation.status, operation.result_count) == ("COMPLETED", 0)
    assert len(mind.language.requests) == 1


async def test_the_assistants_own_prompts_are_used_and_the_form_is_still_asked_for(mind):
    own = {
        "custom_fact_extraction_prompt": "Note diets only.",
        "custom_update_memory_prompt": "Never delete.",
    }
    await mind.store.assistants.update(mind.assistant_id, own)
    await mind.know("Likes tea")
    await mind.learn("I am vegan", {"facts": ["Is vegan"]}, {"memory": []}, model="small")
    extraction, update = mind.language.requests
    assert extraction.system_prompt.startswith("Note diets only.")
    assert '{"facts": ["...", "..."]}' in extraction.system_prompt
    assert update.system_prompt.startswith("Never delete.")
    assert '"event"' in update.system_prompt
    assert {extraction.model, update.model} == {"small"}


@pytest.mark.parametrize(
    "text", ['```json\n{"facts": ["Likes tea"]}\n```', ' {"facts": ["Likes tea"]}\n']
)
async def test_a_fence_around_the_answer_is_taken_off(mind, text):
    await mind.learn("I like tea", text)
    assert await mind.known() == ["Likes tea"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Sure! The user likes tea.",
        "[]",
        '{"facts": "Likes tea"}',
        '{"facts": [{"fact": "Likes tea"}]}',
        '{"facts": ["' + "x" * 1_001 + '"]}',
        '{"facts": ["Likes tea"]} and more',
        "[" * 100_000,
        "x" * 50_000,
    ],
)
async def test_an_answer_in_another_form_is_an_error_and_saves_nothing(mind, answer, caplog):
    caplog.set_level(logging.INFO)
    operation = await mind.learn("I like tea", answer)
    assert (operation.status, operation.memory_ids) == ("ERROR", None)
    assert await mind.known() == []
    assert "A turn was not learned from: memory.unusable" in caplog.messages
    assert "tea" not in caplog.text


@pytest.mark.parametrize(
    "decisions",
    [
        [{"id": "7", "text": "Likes tea", "event": "UPDATE"}],
        [{"id": "", "text": "", "event": "DELETE"}],
        [{"id": "1", "text": " ", "event": "UPDATE"}],
        [{"id": "", "text": "", "event": "ADD"}],
        [{"id": "1", "text": "x", "event": "REPLACE"}],
        [{"id": "1", "text": "x", "event": "UPDATE"}, {"id": "1", "event": "DELETE"}],
        [{"id": "", "text": f"Fact {number}", "event": "ADD"} for number in range(21)],
    ],
)
async def test_a_decision_that_cannot_be_meant_leaves_all_as_it_was(mind, decisions):
    await mind.know("Likes coffee")
    operation = await mind.learn("I like tea", {"facts": ["Likes tea"]}, {"memory": decisions})
    assert operation.status == "ERROR"
    assert await mind.known() == ["Likes coffee"]


@pytest.mark.parametrize("failure", [NetworkError("network.unreachable"), REFUSED])
async def test_a_model_that_fails_is_an_error_with_its_code_in_the_log(mind, failure, caplog):
    caplog.set_level(logging.INFO)
    operation = await mind.learn("I like tea", failure)
    assert operation.status == "ERROR"
    assert f"A turn was not learned from: {failure.code}" in caplog.messages


async def test_a_model_that_never_answers_is_given_up(mind, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(learning, "LIMIT_S", 0.01)
    mind.language.may_answer.clear()
    operation = await mind.learn("I like tea")
    assert operation.status == "ERROR"
    assert "A turn was not learned from: memory.too_slow" in caplog.messages


async def test_a_model_with_a_bug_is_an_error_too(mind, caplog):
    operation = await mind.learn("I like tea", ZeroDivisionError())
    assert operation.status == "ERROR"
    assert "A provider failed" in caplog.messages
    caplog.clear()


async def test_many_facts_are_cut_to_a_bounded_number(mind):
    facts = [f"Fact {number}" for number in range(100)]
    await mind.learn("A long story", {"facts": [*facts[:1], *facts]})
    assert await mind.known() == facts[:20]


async def test_of_many_memories_the_model_sees_those_that_may_be_meant(mind):
    await mind.know("Lives in Berlin", *(f"Owns book {number}" for number in range(FEW)))
    await mind.learn(
        "I no longer live in Berlin",
        {"facts": ["Lives no longer in Berlin"]},
        {"memory": [{"id": "1", "event": "DELETE"}]},
    )
    assert mind.language.task(1)["known"] == [{"id": "1", "text": "Lives in Berlin"}]
    assert len(await mind.known()) == FEW


@pytest.mark.parametrize("mode", ["readonly", "off"])
async def test_without_auto_nothing_is_learned(mind, mode):
    assert await mind.begin("I like tea", mode=mode) is None
    assert mind.language.requests == []


async def test_nothing_is_learned_for_an_assistant_that_is_gone(mind):
    await mind.store.assistants.delete(mind.assistant_id)
    assert await mind.begin("I like tea") is None


async def test_learning_does_not_hold_the_turn_up(mind):
    mind.language.may_answer.clear()
    mind.language.answers += [{"facts": ["Likes tea"]}]
    operation_id = await mind.begin("I like tea")
    assert (await mind.store.operations.get(operation_id)).status == "IN_PROGRESS"
    mind.language.may_answer.set()
    await mind.memories.settled()
    assert (await mind.store.operations.get(operation_id)).status == "COMPLETED"


async def test_turns_are_learned_one_after_the_other(mind):
    mind.language.may_answer.clear()
    first = await mind.begin("I like tea")
    await mind.language.was_asked.wait()
    second = await mind.begin("I like tea")
    mind.language.answers += [{"facts": ["Likes tea"]}, {"facts": ["Likes tea"]}, {"memory": []}]
    mind.language.may_answer.set()
    await mind.memories.settled()
    assert events(await mind.store.operations.get(first)) == [("ADD", "Likes tea")]
    assert events(await mind.store.operations.get(second)) == []
    assert mind.language.task(2)["known"] == [{"id": "1", "text": "Likes tea"}]


async def test_too_many_turns_at_once_are_refused_and_not_queued(mind, caplog):
    caplog.set_level(logging.INFO)
    mind.language.may_answer.clear()
    for _ in range(MOST_WAITING):
        await mind.begin("I like tea")
    refused = await mind.begin("I like tea")
    assert (await mind.store.operations.get(refused)).status == "ERROR"
    assert "A turn was not learned from: memory.busy" in caplog.messages


async def test_an_assistant_deleted_while_it_learns_takes_everything_along(mind):
    mind.language.may_answer.clear()
    mind.language.answers += [{"facts": ["Likes tea"]}]
    operation_id = await mind.begin("I like tea")
    await mind.language.was_asked.wait()
    await mind.store.assistants.delete(mind.assistant_id)
    mind.language.may_answer.set()
    await mind.memories.settled()
    assert await mind.store.operations.get(operation_id) is None
    assert await mind.known() == []


async def test_what_a_killed_process_left_open_is_an_error_at_the_next_start(tmp_path):
    async with open_store(tmp_path) as store:
        ada = await store.assistants.create(NewAssistant(name="Ada"))
        operation_id = await store.operations.begin(ada.assistant_id)
    async with open_store(tmp_path) as store:
        assert (await store.operations.get(operation_id)).status == "ERROR"


async def test_the_built_in_responder_names_what_it_was_asked_to_do(mind):
    mind.language.provider = "builtin"
    recall = mind.store.recall
    await recall.remember(mind.assistant_id, "I like tea", thread_id="t")
    operation_id = await mind.begin("Remember that I like tea")
    assert events(await mind.store.operations.get(operation_id)) == [("ADD", "I like tea")]
    await recall.remember(mind.assistant_id, "I like tea", thread_id="t")
    assert await mind.begin("Remember that I like tea") is None
    assert await recall.forget(mind.assistant_id, "tea", thread_id="t") == 1
    operation_id = await mind.begin("Forget tea")
    assert events(await mind.store.operations.get(operation_id)) == [("DELETE", "I like tea")]
    assert await mind.begin("What time is it?") is None
    assert mind.language.requests == []


async def test_the_end_of_the_service_does_not_wait_for_a_model(mind, tmp_path):
    mind.language.may_answer.clear()
    operation_id = await mind.begin("I like tea")
    await mind.language.was_asked.wait()
    mind.memories.cancel_all()
    async with asyncio.timeout(5):
        await mind.memories.settled()
    assert (await mind.store.operations.get(operation_id)).status == "IN_PROGRESS"
    assert await mind.store.operations.fail_unfinished() == 1
