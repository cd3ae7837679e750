"""What was left half done is cleaned up at the start, unless another process is at it."""

from __future__ import annotations

from pathlib import Path

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.storage.store import Store, open_store

REPLY = StoredMessage(message_id="m", role="assistant", content="", status="IN_PROGRESS")


async def begin(store: Store) -> tuple[str, str, Path, Path]:
    """A reply being written, an operation, a file being received and one without a row yet."""
    assistant = await store.assistants.create(NewAssistant(name="a"))
    thread = await store.conversations.create(assistant.assistant_id)
    assert thread is not None
    await store.conversations.add(thread.thread_id, REPLY)
    operation = await store.operations.begin(assistant.assistant_id)
    assert operation is not None
    received = store.files.scratch / "half"
    received.write_bytes(b"half")
    kept = store.files.path((await store.files.keep_bytes(b"whole")).sha256)
    return thread.thread_id, operation, received, kept


async def states(store: Store, thread_id: str, operation: str) -> list[str]:
    thread = await store.conversations.get(thread_id)
    found = await store.operations.get(operation)
    assert thread is not None
    assert found is not None
    return [thread.messages[0].status or "", found.status]


async def test_what_a_process_left_is_cleaned_up(tmp_path: Path):
    async with open_store(tmp_path) as store:
        thread_id, operation, received, kept = await begin(store)
    async with open_store(tmp_path) as store:
        assert store.is_first
        assert await states(store, thread_id, operation) == ["FAILED", "ERROR"]
        assert not received.exists()
        assert not kept.exists()


async def test_what_another_service_is_at_work_on_is_left_alone(tmp_path: Path):
    async with open_store(tmp_path) as first:
        thread_id, operation, received, kept = await begin(first)
        async with open_store(tmp_path) as second:
            assert not second.is_first
            expected = ["IN_PROGRESS", "IN_PROGRESS"]
            assert await states(second, thread_id, operation) == expected
            assert received.exists()
            assert kept.exists()


async def test_who_stays_is_no_longer_alone_with_who_comes(tmp_path: Path):
    first = open_store(tmp_path)
    assert (await first.__aenter__()).is_first
    async with open_store(tmp_path):
        await first.__aexit__(None, None, None)
        async with open_store(tmp_path) as third:
            assert not third.is_first
    async with open_store(tmp_path) as fourth:
        assert fourth.is_first
