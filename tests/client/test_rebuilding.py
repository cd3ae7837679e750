"""A damaged journal comes back from the real service, and from threads of every shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.rebuilding import Rebuilding, rows_of
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.threads import StoredMessage, Thread
from tests.fakes.service import real_service


@pytest.fixture
async def api(tmp_path: Path):
    with real_service(tmp_path / "service") as service:
        api = BackboardApi(service.api)
        yield api
        await api.aclose()


async def ask(api: BackboardApi, name: str, words: str) -> str:
    assistant = await api.assistants.create(NewAssistant(name=name))
    thread = await api.threads.create(assistant.assistant_id)
    request = MessageRequest(thread_id=thread.thread_id, content=words)
    await api.messages.send(request)
    return thread.thread_id


@pytest.mark.parametrize("is_ours", [True, False])
async def test_the_words_of_every_thread_come_back_and_go_on_there(tmp_path, api, is_ours):
    asked = await ask(api, "Parley", "What is 6 times 7?")
    others = await ask(api, "Somebody else's", "What is 2 plus 2?")
    journal = await JournalWriter.open(tmp_path / "data")
    threads = RemoteThreads(journal, "embedded")

    async def open_api() -> BackboardApi:
        return api

    rebuilding = Rebuilding(journal, tmp_path / "data", threads, open_api, is_ours=is_ours)
    found = {thread.id: thread async for thread in rebuilding.run()}
    assert set(found) == ({asked, others} if is_ours else {asked})
    assert found[asked].title.startswith("What is 6 times 7")
    question, reply = await journal.messages(asked)
    assert (question.role, question.text) == (Role.USER, "What is 6 times 7?")
    assert "42" in reply.text
    assert reply.status is MessageStatus.COMPLETE
    assert await threads.known_id(asked) == asked
    again = [thread.id async for thread in rebuilding.run()]
    assert set(again) == set(found)
    assert len(await journal.messages(asked)) == 2
    await journal.aclose()


def stored(number: int, role: str, text: str | None, at: str = "") -> StoredMessage:
    return StoredMessage(message_id=f"m{number}", role=role, content=text, created_at=at)


def test_what_is_neither_asked_nor_said_is_left_out_and_order_stays():
    rows = rows_of(
        Thread(
            thread_id="t",
            created_at="2026-01-02T03:04:05",
            messages=[
                stored(1, "system", "Be kind."),
                stored(2, "user", "Hello\nthere " * 20, "2026-01-02T03:04:06Z"),
                stored(3, "tool", "7"),
                stored(4, "assistant", "Hi.", "no time at all"),
                stored(5, "assistant", None),
            ],
        )
    )
    assert [one.id for one in rows.messages] == ["m2", "m4"]
    assert rows.messages[0].created_at == rows.messages[1].created_at == 1767323046.0
    assert rows.thread.title.startswith("Hello there Hello")
    assert len(rows.thread.title) <= 48
    assert rows.thread.updated_at == 1767323046.0


def test_a_thread_without_words_has_no_messages():
    assert rows_of(Thread(thread_id="t")).messages == ()
