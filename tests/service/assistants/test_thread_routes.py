"""Threads over HTTP."""

from __future__ import annotations

import asyncio
import threading

import msgspec

from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.clock import new_id, now
from desktop_app.service.storage.conversation_store import Heard


async def test_a_thread_is_created_listed_read_and_deleted(rig):
    thread_id = await rig.thread()
    listed = (await rig.http.get("/threads")).json()
    assert [thread["thread_id"] for thread in listed] == [thread_id]
    assert (await rig.http.get(f"/threads/{thread_id}")).json()["messages"] == []
    deleted = (await rig.http.delete(f"/threads/{thread_id}")).json()
    assert set(deleted) == {"message", "thread_id", "deleted_at"}
    assert (await rig.http.get(f"/threads/{thread_id}")).status_code == 404


async def test_the_thread_used_last_is_listed_first_with_its_summary(rig):
    first, second = await rig.thread(), await rig.thread()
    await rig.http.post("/threads/messages", json={"content": "Hi", "thread_id": first})
    listed = (await rig.http.get("/threads")).json()
    assert [thread["thread_id"] for thread in listed] == [first, second]
    assert listed[0]["first_user_message"] == "Hi"
    assert listed[0]["message_count"] == 2
    assert listed[0]["messages"] == []


async def test_messages_are_in_the_list_on_request(rig):
    thread_id = await rig.thread()
    await rig.http.post("/threads/messages", json={"content": "Hi", "thread_id": thread_id})
    listed = (await rig.http.get("/threads?include_messages=true")).json()
    assert [message["role"] for message in listed[0]["messages"]] == ["user", "assistant"]
    assert (await rig.http.get("/threads?include_messages=maybe")).status_code == 422


async def test_an_assistant_lists_its_own_threads_alone(rig):
    mine, _other = await rig.thread(), await rig.thread()
    owner = (await rig.http.get(f"/threads/{mine}")).json()["assistant_id"]
    listed = (await rig.http.get(f"/assistants/{owner}/threads")).json()
    assert [thread["thread_id"] for thread in listed] == [mine]


async def test_threads_go_with_their_assistant(rig):
    thread_id = await rig.thread()
    owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
    await rig.http.delete(f"/assistants/{owner}")
    assert (await rig.http.get(f"/threads/{thread_id}")).status_code == 404


async def test_a_new_thread_needs_a_body_and_an_assistant(rig):
    assert (await rig.http.post("/assistants/none/threads", json={})).status_code == 404
    assert (await rig.http.post("/assistants/none/threads")).status_code == 422


async def test_cancelling_what_does_not_run_says_so(rig):
    thread_id = await rig.thread()
    answer = await rig.http.post(f"/threads/{thread_id}/runs/none/cancel")
    assert answer.json() == {"thread_id": thread_id, "run_id": "none", "cancelled": False}
    assert (await rig.http.post("/threads/none/runs/none/cancel")).status_code == 404


async def test_files_stand_with_the_message_that_they_came_with(rig, tmp_path):
    thread_id = await rig.thread()
    owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
    await rig.http.post("/threads/messages", json={"content": "Hi", "thread_id": thread_id})
    question, _reply = await rig.messages(thread_id)
    (tmp_path / "notes.txt").write_text("The bicycle is red.")
    document = await rig.library.add(
        tmp_path / "notes.txt",
        "notes.txt",
        "text/plain",
        assistant_id=owner,
        thread_id=thread_id,
        message_id=question["message_id"],
    )
    await rig.library.settled([document.document_id], 10)
    (listed,) = (await rig.http.get("/threads?include_messages=true")).json()
    for messages in (await rig.messages(thread_id), listed["messages"]):
        (attached,) = messages[0]["attachments"]
        assert attached["document_id"] == document.document_id
        assert (attached["filename"], attached["status"]) == ("notes.txt", "indexed")
        assert attached["file_size_bytes"] == 19
        assert messages[1]["attachments"] == []


async def test_the_rows_of_a_tool_round_are_read_as_they_were_written(rig):
    thread_id = await rig.thread()
    call = {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    rows = [
        ("assistant", "", {"tool_calls": [call]}),
        ("tool", '{"time": "noon"}', {"tool_call_id": "c1", "tool_name": "clock"}),
        ("assistant", "It is noon.", {}),
    ]
    for role, content, metadata in rows:
        message = StoredMessage(
            message_id=new_id(), role=role, content=content, created_at=now(), metadata_=metadata
        )
        await rig.store.conversations.add(thread_id, message, "r1")
    stored = await rig.messages(thread_id)
    assert [(each["role"], each["content"]) for each in stored] == [row[:2] for row in rows]
    assert [each["metadata_"] for each in stored] == [{"run_id": "r1", **row[2]} for row in rows]
    assert [each["created_at"] for each in stored] == sorted(each["created_at"] for each in stored)


async def test_whatever_changes_a_thread_is_in_its_next_answer(rig, tmp_path):
    """The service keeps answers of threads that did not change."""
    thread_id = await rig.thread()
    path = f"/threads/{thread_id}"
    conversations = rig.store.conversations

    async def read():
        first, second = [(await rig.http.get(path)).content for _ in range(2)]
        assert first == second == msgspec.json.encode(await conversations.get(thread_id))
        return msgspec.json.decode(first)

    async def changes(last):
        now = await read()
        assert now != last
        return now

    last = await read()
    reply = StoredMessage(
        message_id="m", role="assistant", content="Hel", created_at=now(), status="IN_PROGRESS"
    )
    await conversations.add(thread_id, reply, "r")
    last = await changes(last)
    await conversations.settle("m", "Hello", "COMPLETED", {"model": "x"})
    last = await changes(last)
    await conversations.note("m", {"rating": 1})
    last = await changes(last)
    await conversations.cut(thread_id, "r", Heard(120, 3))
    last = await changes(last)
    (tmp_path / "a.txt").write_text("The code is 1234.")
    document = await rig.library.add(
        tmp_path / "a.txt",
        "a.txt",
        "text/plain",
        assistant_id=last["assistant_id"],
        thread_id=thread_id,
        message_id="m",
    )
    await rig.library.settled([document.document_id], 10)
    last = await changes(last)
    assert last["messages"][-1]["attachments"][0]["status"] == "indexed"
    await rig.http.delete(f"/documents/{document.document_id}")
    last = await changes(last)
    assert last["messages"][-1]["attachments"] == []


async def test_an_answer_that_is_kept_waits_for_no_other_reading(rig):
    thread_id = await rig.thread()
    path = f"/threads/{thread_id}"
    first = (await rig.http.get(path)).content
    may_end = threading.Event()
    reading = asyncio.create_task(rig.store.database.read(lambda _: may_end.wait(60)))
    try:
        assert (await rig.http.get(path)).content == first
        assert not reading.done()
    finally:
        may_end.set()
        assert await reading
