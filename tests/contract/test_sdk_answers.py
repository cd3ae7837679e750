"""What only the official SDK tells: what was deleted and cancelled, and which calls there are."""

from __future__ import annotations

import inspect
from datetime import datetime
from pathlib import Path

from tests.fakes.official_sdk import BackboardClient


def test_every_call_of_the_sdk_is_made_by_some_test():
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    calls = inspect.getmembers(BackboardClient, inspect.iscoroutinefunction)
    names = [name for name, _ in calls if not name.startswith("_") and name != "aclose"]
    assert len(names) > 40
    assert [name for name in names if f".{name}(" not in tests] == []


async def test_a_deletion_says_what_went_and_when(sdk, tmp_path):
    assistant = await sdk.create_assistant("Ada")
    thread = await sdk.create_thread(assistant.assistant_id)
    note = tmp_path / "note.txt"
    note.write_text("The key hangs behind the clock.")
    document = await sdk.upload_document_to_assistant(assistant.assistant_id, note)
    gone = await sdk.delete_document(document.document_id)
    assert (gone["document_id"], gone["filename"]) == (str(document.document_id), "note.txt")
    left = await sdk.delete_thread(thread.thread_id)
    assert left["thread_id"] == str(thread.thread_id)
    last = await sdk.delete_assistant(assistant.assistant_id)
    assert last["assistant_id"] == str(assistant.assistant_id)
    for answer in (gone, left, last):
        assert answer["message"].endswith("deleted successfully")
        assert datetime.fromisoformat(answer["deleted_at"])


async def test_forgetting_says_that_it_succeeded(sdk):
    assistant = await sdk.create_assistant("Ada")
    added = await sdk.add_memory(assistant.assistant_id, "Likes tea")
    gone = await sdk.delete_memory(assistant.assistant_id, added["memory_id"])
    assert (gone["success"], bool(gone["message"])) == (True, True)
    reset = await sdk.reset_memories(assistant.assistant_id)
    assert (reset["success"], bool(reset["message"])) == (True, True)


async def test_a_cancelled_run_is_named(sdk):
    reply = await sdk.send_message("What is 2 plus 2?")
    for _ in range(2):
        answer = await sdk.cancel_run(reply.thread_id, reply.run_id)
        assert answer["thread_id"] == str(reply.thread_id)
        assert answer["run_id"] == reply.run_id
        assert answer["cancelled"] in (True, False)
