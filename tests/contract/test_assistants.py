"""Assistants: section 3 of the API, called by the official SDK and by our client."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.callers import WEATHER, refusal, settled


async def test_an_assistant_keeps_all_that_it_was_given(caller):
    made = await caller.create_assistant(
        "Ada",
        description="Keeps the books",
        system_prompt="Be brief.",
        tools=[WEATHER],
        tok_k=7,
        custom_fact_extraction_prompt="Only facts.",
        custom_update_memory_prompt="Merge them.",
        embedding_provider="openai",
        embedding_model_name="text-embedding-3-small",
        embedding_dims=64,
    )
    kept = await caller.get_assistant(made.assistant_id)
    assert kept == made
    assert (kept.name, kept.description) == ("Ada", "Keeps the books")
    assert (kept.system_prompt, kept.tok_k) == ("Be brief.", 7)
    assert kept.custom_fact_extraction_prompt == "Only facts."
    assert kept.custom_update_memory_prompt == "Merge them."
    assert (kept.embedding_provider, kept.embedding_dims) == ("openai", 64)
    assert len(kept.tools) == 1


async def test_assistants_are_listed_in_pages_and_by_their_exact_name(caller):
    name = f"Grace {uuid.uuid4()}"
    made = [await caller.create_assistant(name) for _ in range(3)]
    await caller.create_assistant(name.upper())
    listed = await caller.list_assistants(name=name)
    assert {one.assistant_id for one in listed} == {one.assistant_id for one in made}
    pages = [await caller.list_assistants(skip=skip, limit=2, name=name) for skip in (0, 2)]
    assert [one for page in pages for one in page] == listed


async def test_a_change_touches_what_it_names_and_replaces_tools_whole(caller):
    made = await caller.create_assistant("Ada", system_prompt="Be brief.", tools=[WEATHER])
    await caller.update_assistant(made.assistant_id, name="Grace", tools=[])
    kept = await caller.get_assistant(made.assistant_id)
    assert (kept.name, kept.system_prompt) == ("Grace", "Be brief.")
    assert not kept.tools


async def test_a_deleted_assistant_takes_its_threads_along(caller):
    made = await caller.create_assistant("Ada")
    thread = await caller.create_thread(made.assistant_id)
    await caller.delete_assistant(made.assistant_id)
    assert (await refusal(caller.get_assistant(made.assistant_id))).status == 404
    assert (await refusal(caller.get_thread(thread.thread_id))).status == 404


async def test_a_clone_has_its_source_s_settings_documents_and_memories(caller, tmp_path):
    source = await caller.create_assistant("Ada", system_prompt="Be brief.", tools=[WEATHER])
    await caller.add_memory(source.assistant_id, "Likes tea")
    note = tmp_path / "note.txt"
    note.write_text("The cellar key hangs behind the clock.")
    document = await caller.upload_document_to_assistant(source.assistant_id, note)
    await settled(caller, document.document_id)
    clone = await caller.clone_assistant(source.assistant_id)
    assert clone.assistant.assistant_id != source.assistant_id
    assert (clone.assistant.name, clone.assistant.system_prompt) == ("Ada Copy", "Be brief.")
    assert (clone.documents_cloned, clone.memories_cloned) == (1, 1)
    memories = await caller.get_memories(clone.assistant.assistant_id)
    assert [memory.content for memory in memories.memories] == ["Likes tea"]
    (copied,) = await caller.list_assistant_documents(clone.assistant.assistant_id)
    assert (copied.filename, copied.status) == ("note.txt", "indexed")


async def test_a_clone_can_be_named_and_left_empty(caller):
    source = await caller.create_assistant("Ada", system_prompt="Be brief.")
    await caller.add_memory(source.assistant_id, "Likes tea")
    clone = await caller.clone_assistant(
        source.assistant_id,
        name="Grace",
        system_prompt="Be long.",
        copy_documents=False,
        copy_memories=False,
    )
    assert (clone.assistant.name, clone.assistant.system_prompt) == ("Grace", "Be long.")
    assert (clone.documents_cloned, clone.memories_cloned) == (0, 0)
    assert (await caller.get_memories(clone.assistant.assistant_id)).total_count == 0


@pytest.mark.parametrize("assistant_id", [uuid.UUID(int=7), "no-uuid"])
async def test_an_unknown_assistant_is_not_found_whatever_is_asked(caller, assistant_id):
    for call in (
        caller.get_assistant(assistant_id),
        caller.update_assistant(assistant_id, name="Grace"),
        caller.delete_assistant(assistant_id),
        caller.clone_assistant(assistant_id),
        caller.create_thread(assistant_id),
        caller.list_threads_for_assistant(assistant_id),
        caller.list_assistant_documents(assistant_id),
        caller.get_memories(assistant_id),
        caller.add_memory(assistant_id, "Likes tea"),
        caller.search_memories(assistant_id, "tea"),
    ):
        assert await refusal(call) == (404, "Assistant not found")


async def test_a_name_has_1_to_255_characters(caller):
    for name in ("", "a" * 256):
        assert (await refusal(caller.create_assistant(name))).status == 422
    longest = await caller.create_assistant("a" * 255)
    assert (await refusal(caller.update_assistant(longest.assistant_id, name=""))).status == 422
