"""The Backboard API client: what is asked, what is read, what is refused."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError, RateLimitError
from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.messages import MessageRequest
from tests.fakes.backboard import ScriptedBackboard


@pytest.fixture
async def backboard() -> AsyncIterator[ScriptedBackboard]:
    async with ScriptedBackboard().running() as running:
        yield running


@pytest.fixture
async def api(backboard: ScriptedBackboard) -> AsyncIterator[BackboardApi]:
    async with BackboardApi(ApiAddress(backboard.base_url + "/", "secret")) as opened:
        yield opened


def asked(backboard: ScriptedBackboard) -> tuple[str, str, Any]:
    last = backboard.asked[-1]
    return last.method, last.path, last.body


async def test_the_key_goes_with_every_request_and_is_never_printed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer([])
    await api.check_key()
    assert asked(backboard) == ("GET", "/api/assistants?limit=1", None)
    assert backboard.asked[0].headers["x-api-key"] == "secret"
    assert "secret" not in repr(ApiAddress("http://x", "secret"))


async def test_assistants_are_made_found_changed_and_removed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    one = {"assistant_id": "a/1", "name": "Parley", "future": 1}
    backboard.answer(one, status=201)
    assert (await api.create_assistant(NewAssistant(name="Parley"))).assistant_id == "a/1"
    assert asked(backboard) == ("POST", "/api/assistants", {"name": "Parley"})
    backboard.answer([one, {"assistant_id": "b", "name": "parley"}])
    assert [found.assistant_id for found in await api.list_assistants(name="Parley")] == ["a/1"]
    backboard.answer(one)
    assert (await api.assistant("a/1")).name == "Parley"
    assert asked(backboard)[1] == "/api/assistants/a%2F1"
    backboard.answer(one)
    await api.update_assistant("a", name="New")
    assert asked(backboard) == ("PUT", "/api/assistants/a", {"name": "New"})
    backboard.answer({"message": "gone"})
    await api.delete_assistant("a")
    assert asked(backboard) == ("DELETE", "/api/assistants/a", None)


async def test_threads_are_made_listed_read_and_removed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    thread = {"thread_id": "t", "created_at": "2026-11-01T10:00:00Z"}
    backboard.answer(thread)
    assert (await api.create_thread("a")).thread_id == "t"
    assert asked(backboard) == ("POST", "/api/assistants/a/threads", {})
    backboard.answer([thread])
    assert len(await api.list_threads()) == 1
    assert asked(backboard)[1] == "/api/threads?skip=0&limit=100&include_messages=false"
    backboard.answer([])
    assert await api.list_threads(assistant_id="a", skip=5, limit=2) == []
    assert asked(backboard)[1].startswith("/api/assistants/a/threads?skip=5&limit=2")
    rows = [
        {"message_id": str(at), "role": "user", "created_at": f"2026-11-0{at}"} for at in (2, 1)
    ]
    backboard.answer({**thread, "messages": rows})
    assert [row.message_id for row in (await api.thread("t")).messages] == ["1", "2"]
    backboard.answer(b"", status=204)
    await api.delete_thread("t")
    assert asked(backboard) == ("DELETE", "/api/threads/t", None)


@pytest.mark.parametrize(
    "body",
    [
        {
            "message": "ok",
            "thread_id": "t",
            "timestamp": "x",
            "content": "Hi",
            "status": "COMPLETED",
        },
        {"messages": [{"thread_id": "t", "content": "?"}, {"thread_id": "t", "content": "Hi"}]},
    ],
)
async def test_both_shapes_of_a_reply_are_read(
    api: BackboardApi, backboard: ScriptedBackboard, body: dict[str, Any]
):
    backboard.answer(body)
    assert (await api.add_message(MessageRequest(content="Hello", stream=True))).content == "Hi"
    assert asked(backboard)[2] == {"content": "Hello"}


async def test_a_reply_that_failed_with_http_200_is_a_failure(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"message": "no model", "thread_id": "t", "status": "failed"})
    with pytest.raises(NetworkError, match="no model") as caught:
        await api.add_message(MessageRequest(content="Hello"))
    assert caught.value.code == "message.failed"


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (401, AccessError, False),
        (404, NotFoundError, False),
        (429, RateLimitError, True),
        (422, NetworkError, False),
        (500, NetworkError, True),
    ],
)
async def test_a_refusal_says_why_and_whether_to_try_again(
    api: BackboardApi,
    backboard: ScriptedBackboard,
    status: int,
    kind: type[NetworkError],
    retryable: bool,
):
    backboard.answer({"detail": "because"}, status=status, Retry_After="2")
    with pytest.raises(kind, match="because") as caught:
        await api.check_key()
    assert caught.value.retryable is retryable


@pytest.mark.parametrize("body", [b"<html>", b'{"a":1}', b'[{"name":"no id"}]'])
async def test_an_answer_that_is_not_the_contracts_is_a_protocol_error(
    api: BackboardApi, backboard: ScriptedBackboard, body: bytes
):
    backboard.answer(body)
    with pytest.raises(ProtocolError):
        await api.check_key()


async def test_nobody_there_is_unreachable(backboard: ScriptedBackboard):
    async with ScriptedBackboard().running() as gone:
        url = gone.base_url
    async with BackboardApi(ApiAddress(url)) as api:
        with pytest.raises(NetworkError) as caught:
            await api.check_key()
    assert (caught.value.code, caught.value.retryable) == ("network.unreachable", True)


async def test_a_stream_gives_the_data_of_its_events(
    api: BackboardApi, backboard: ScriptedBackboard
):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_stream(backboard, b"data: 1\n\nda", b"ta: 2\r\n\r\ndata: 3"))
        async with aclosing(
            api.stream_message(MessageRequest(content="Hi", memory="Auto"))
        ) as events:
            assert [data async for data in events] == [b"1", b"2", b"3"]
    assert asked(backboard) == (
        "POST",
        "/api/threads/messages",
        {"content": "Hi", "memory": "Auto", "stream": True},
    )


async def _stream(backboard: ScriptedBackboard, *pieces: bytes) -> None:
    stream = await backboard.stream()
    for piece in pieces:
        await stream.write(piece)
    await stream.end()


async def test_a_packed_stream_is_unpacked(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer(gzip.compress(b"data: 1\n\ndata: 2\n\n"), Content_Encoding="gzip")
    events = api.stream_message(MessageRequest(content="Hi"))
    assert [data async for data in events] == [b"1", b"2"]


async def test_the_reason_of_a_refused_stream_is_not_lost(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"detail": "Free credits cannot be used."}, status=402)
    with pytest.raises(NetworkError, match="Free credits") as caught:
        await anext(api.stream_message(MessageRequest(content="Hi")))
    assert caught.value.code == "http.402"


async def test_a_run_is_cancelled_by_its_ids(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer({"cancelled": True})
    await api.cancel_run("t", "r 1")
    assert asked(backboard) == ("POST", "/api/threads/t/runs/r%201/cancel", None)
