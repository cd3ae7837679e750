"""Threads and stored messages: section 4 of the API."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.callers import refusal


async def test_a_thread_is_made_listed_read_and_deleted(caller):
    assistant = await caller.create_assistant("Ada")
    made = await caller.create_thread(assistant.assistant_id)
    assert made.messages == []
    of_assistant = await caller.list_threads_for_assistant(assistant.assistant_id)
    assert [thread.thread_id for thread in of_assistant] == [made.thread_id]
    assert made.thread_id in [thread.thread_id for thread in await caller.list_threads()]
    await caller.delete_thread(made.thread_id)
    assert await refusal(caller.get_thread(made.thread_id)) == (404, "Thread not found")
    assert await caller.list_threads_for_assistant(assistant.assistant_id) == []


async def test_threads_are_listed_in_pages(caller):
    assistant = await caller.create_assistant("Ada")
    made = {(await caller.create_thread(assistant.assistant_id)).thread_id for _ in range(3)}
    pages = [
        await caller.list_threads_for_assistant(assistant.assistant_id, skip=skip, limit=2)
        for skip in (0, 2)
    ]
    assert [len(page) for page in pages] == [2, 1]
    assert {thread.thread_id for page in pages for thread in page} == made


async def test_messages_stand_in_the_order_in_which_they_were_said(caller):
    assistant = await caller.create_assistant("Ada")
    thread = await caller.create_thread(assistant.assistant_id)
    for text in ("say one", "say two"):
        await caller.add_message(thread.thread_id, text)
    kept = await caller.get_thread(thread.thread_id)
    assert [(message.role, message.content) for message in kept.messages] == [
        ("user", "say one"),
        ("assistant", "one"),
        ("user", "say two"),
        ("assistant", "two"),
    ]
    assert {message.status for message in kept.messages} == {"COMPLETED"}
    times = [message.created_at for message in kept.messages]
    assert times == sorted(times)


@pytest.mark.parametrize("thread_id", [uuid.UUID(int=7), "no-uuid"])
async def test_an_unknown_thread_is_not_found_whatever_is_asked(caller, thread_id):
    for call in (
        caller.get_thread(thread_id),
        caller.delete_thread(thread_id),
        caller.add_message(thread_id, "say hello"),
        caller.send_message("say hello", thread_id=thread_id),
        caller.list_thread_documents(thread_id),
        caller.cancel_run(thread_id, "run"),
        caller.submit_tool_outputs_simple(thread_id, [OUTPUT]),
        caller.submit_tool_outputs(thread_id, "run", [OUTPUT]),
    ):
        assert await refusal(call) == (404, "Thread not found")


OUTPUT = {"tool_call_id": "call", "output": "done"}
