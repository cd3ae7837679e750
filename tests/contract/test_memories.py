"""Memories: section 12 of the API, and the memory modes of a message."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.callers import events_of, kinds, only, operation_settled, refusal

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}


async def new_assistant(caller, *facts):
    assistant = await caller.create_assistant("Ada")
    for fact in facts:
        await caller.add_memory(assistant.assistant_id, fact)
    return assistant.assistant_id


async def known(caller, assistant_id):
    return [memory.content for memory in (await caller.get_memories(assistant_id)).memories]


async def test_a_memory_is_added_read_changed_and_deleted(caller):
    assistant_id = await new_assistant(caller)
    added = await caller.add_memory(assistant_id, "Likes tea", {"source": "chat"})
    assert added["success"] is True
    memory_id = added["memory_id"]
    kept = await caller.get_memory(assistant_id, memory_id)
    assert (kept.id, kept.content) == (memory_id, "Likes tea")
    assert kept.metadata == {"source": "chat"}
    changed = await caller.update_memory(assistant_id, memory_id, "Likes coffee")
    assert (changed.id, changed.content) == (memory_id, "Likes coffee")
    assert (await caller.get_memory(assistant_id, memory_id)).content == "Likes coffee"
    await caller.delete_memory(assistant_id, memory_id)
    assert (await refusal(caller.get_memory(assistant_id, memory_id))).status == 404


async def test_memories_come_all_at_once_or_in_pages(caller):
    facts = [f"Fact number {number}" for number in range(5)]
    assistant_id = await new_assistant(caller, *facts)
    whole = await caller.get_memories(assistant_id)
    assert (whole.total_count, len(whole.memories)) == (5, 5)
    pages = [await caller.get_memories(assistant_id, page=page, page_size=2) for page in (1, 2, 3)]
    assert [len(page.memories) for page in pages] == [2, 2, 1]
    assert {(page.total_count, page.page_size, page.total_pages) for page in pages} == {(5, 2, 3)}
    assert sorted(one.content for page in pages for one in page.memories) == facts


async def test_memories_are_found_by_their_words_the_best_first(caller):
    assistant_id = await new_assistant(
        caller, "Drinks green tea in the morning", "Has a dog called Rex", "Lives in Oslo"
    )
    found = await caller.search_memories(assistant_id, "What is the dog called?", limit=1)
    (best,) = found["memories"]
    assert best["content"] == "Has a dog called Rex"
    assert best["score"] > 0


async def test_stats_and_insights_count_what_is_known(caller):
    assistant_id = await new_assistant(caller, "Likes tea", "Lives in Oslo")
    stats = await caller.get_memory_stats(assistant_id)
    assert stats.total_memories == 2
    assert stats.last_updated
    insights = await caller.get_memory_insights(assistant_id)
    assert {"snapshot", "contentSignals", "breakdown", "operations"} <= set(insights)


async def test_a_reset_forgets_everything_of_one_assistant(caller):
    assistant_id = await new_assistant(caller, "Likes tea", "Lives in Oslo")
    other = await new_assistant(caller, "Likes coffee")
    await caller.reset_memories(assistant_id)
    assert (await caller.get_memories(assistant_id)).total_count == 0
    assert (await caller.get_memories(other)).total_count == 1


@pytest.mark.parametrize("mode", ["Auto", "Readonly"])
@pytest.mark.parametrize("field", ["memory", "memory_pro"])
async def test_what_is_known_comes_with_the_turn(caller, mode, field):
    assistant_id = await new_assistant(caller, "Has a dog called Rex")
    thread = await caller.create_thread(assistant_id)
    asked = {"thread_id": thread.thread_id, field: mode, **MODEL}
    reply = await caller.send_message("What is my dog called?", **asked)
    (recalled,) = reply.messages[-1]["retrieved_memories"]
    assert recalled["memory"] == "Has a dog called Rex"
    assert recalled["score"] > 0
    events = await events_of(caller.send_message("Tell me of my dog", stream=True, **asked))
    (told,) = only(events, "memory_retrieved")["memories"]
    assert told["memory"] == "Has a dog called Rex"


@pytest.mark.parametrize("mode", ["off", "On", None])
async def test_without_memory_nothing_is_recalled_or_learned(caller, mode):
    assistant_id = await new_assistant(caller, "Has a dog called Rex")
    thread = await caller.create_thread(assistant_id)
    events = await events_of(
        caller.add_message(
            thread.thread_id, "What is my dog called?", memory=mode, stream=True, **MODEL
        )
    )
    assert "memory_retrieved" not in kinds(events)
    assert only(events, "run_ended").get("memory_operation_id") is None
    assert (await caller.get_memories(assistant_id)).total_count == 1


async def test_a_turn_is_learned_from_in_an_operation_of_its_own(caller):
    assistant_id = await new_assistant(caller)
    thread = await caller.create_thread(assistant_id)
    turn = {"thread_id": thread.thread_id, "memory": "Auto", **MODEL}
    reply = await caller.send_message("I live in Oslo.", **turn)
    operation = await operation_settled(caller, reply.messages[-1]["memory_operation_id"])
    assert (operation.status, len(operation.memory_ids)) == ("COMPLETED", 1)
    assert await known(caller, assistant_id) == ["I live in Oslo."]


async def test_what_has_changed_is_updated_and_not_repeated(caller):
    assistant_id = await new_assistant(caller, "I live in Oslo.", "I like tea.")
    thread = await caller.create_thread(assistant_id)
    turn = {"thread_id": thread.thread_id, "memory": "Auto", **MODEL}
    events = await events_of(caller.send_message("I live in Bergen.", stream=True, **turn))
    operation_id = only(events, "run_ended")["memory_operation_id"]
    operation = await operation_settled(caller, operation_id)
    assert [change["event"] for change in operation.memory_ids] == ["UPDATE"]
    assert sorted(await known(caller, assistant_id)) == ["I like tea.", "I live in Bergen."]


async def test_what_is_only_read_is_not_learned_from(caller):
    assistant_id = await new_assistant(caller)
    thread = await caller.create_thread(assistant_id)
    turn = {"thread_id": thread.thread_id, "memory": "Readonly", **MODEL}
    reply = await caller.send_message("I live in Oslo.", **turn)
    assert reply.messages[-1]["memory_operation_id"] is None
    assert (await caller.get_memories(assistant_id)).total_count == 0


async def test_unknown_memories_and_operations_are_not_found(caller):
    assistant_id = await new_assistant(caller)
    for memory_id in (str(uuid.UUID(int=7)), "no-uuid"):
        for call in (
            caller.get_memory(assistant_id, memory_id),
            caller.update_memory(assistant_id, memory_id, "Likes tea"),
            caller.delete_memory(assistant_id, memory_id),
            caller.get_memory_operation_status(memory_id),
        ):
            assert (await refusal(call)).status == 404


async def test_pages_and_limits_have_bounds(caller):
    assistant_id = await new_assistant(caller)
    for call in (
        caller.get_memories(assistant_id, page=0),
        caller.get_memories(assistant_id, page_size=101),
        caller.search_memories(assistant_id, "tea", limit=51),
        caller.search_memories(assistant_id, "tea", limit=0),
        caller.add_memory(assistant_id, ""),
    ):
        assert (await refusal(call)).status == 422
