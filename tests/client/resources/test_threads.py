"""Threads: what is asked and what is read."""

from __future__ import annotations

from desktop_app.client.api import BackboardApi
from tests.fakes.backboard import ScriptedBackboard

THREAD = {"thread_id": "t", "created_at": "2026-11-01T10:00:00Z"}


async def test_threads_are_made_listed_and_removed(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer(THREAD)
    assert (await api.threads.create("a")).thread_id == "t"
    assert backboard.last == ("POST", "/api/assistants/a/threads", {})
    backboard.answer([THREAD])
    assert [one.thread_id for one in await api.threads.page()] == ["t"]
    assert backboard.last[1] == "/api/threads?skip=0&limit=100&include_messages=false"
    backboard.answer([])
    assert await api.threads.page(assistant_id="a", skip=5, limit=2) == []
    assert backboard.last[1].startswith("/api/assistants/a/threads?skip=5&limit=2")
    backboard.answer(b"", status=204)
    await api.threads.delete("t")
    assert backboard.last == ("DELETE", "/api/threads/t", None)


async def test_all_threads_are_read_page_by_page(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer([{"thread_id": str(number)} for number in range(200)])
    backboard.answer([])
    found = [one.thread_id async for one in api.threads.every(assistant_id="a")]
    assert found == list(map(str, range(200)))
    assert "skip=200" in backboard.last[1]


async def test_messages_come_oldest_first(api: BackboardApi, backboard: ScriptedBackboard):
    rows = [
        {"message_id": str(at), "role": "user", "created_at": f"2026-11-0{at}"} for at in (2, 1)
    ]
    backboard.answer({**THREAD, "messages": rows})
    assert [row.message_id for row in (await api.threads.get("t")).messages] == ["1", "2"]


async def test_old_rows_are_read_too(api: BackboardApi, backboard: ScriptedBackboard):
    row = {
        "id": "m",
        "role": "assistant",
        "content": [{"text": {"value": "Hel"}}, {"text": "lo"}, "!", {"image": 1}],
        "metadata": {"run_id": "r"},
        "created_at": None,
        "attachments": None,
    }
    backboard.answer({**THREAD, "messages": [row, "odd"], "title": None})
    (message,) = (await api.threads.get("t")).messages
    assert (message.message_id, message.content) == ("m", "Hello!")
    assert (message.metadata_, message.attachments) == ({"run_id": "r"}, [])
