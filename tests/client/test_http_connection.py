"""One request: what is refused, what is tried again and what never."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError, RateLimitError
from desktop_app.client.http_connection import HttpConnection, path_of
from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.messages import MessageRequest
from tests.fakes.backboard import ScriptedBackboard

HELLO = MessageRequest(content="Hello")
REPLY = {"message": "ok", "thread_id": "t", "timestamp": "x", "content": "Hi"}


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (401, AccessError, False),
        (402, NetworkError, False),
        (404, NotFoundError, False),
        (422, NetworkError, False),
        (429, RateLimitError, True),
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
    for _ in range(3):
        backboard.answer({"detail": "because"}, status=status)
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
    assert len(backboard.asked) == 1


async def test_a_key_of_strange_letters_is_for_the_service_to_refuse(backboard: ScriptedBackboard):
    backboard.answer({"detail": "no such key"}, status=401)
    connection = HttpConnection(ApiAddress(backboard.base_url, "gr\u00fcn\u20ac"))
    with pytest.raises(AccessError, match="no such key"):
        await connection.get("/assistants", list)
    await connection.aclose()


async def test_nobody_there_is_unreachable_after_some_tries():
    async with ScriptedBackboard().running() as gone:
        url = gone.base_url
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with BackboardApi(ApiAddress(url), sleep=sleep) as api:
        with pytest.raises(NetworkError) as caught:
            await api.messages.send(HELLO)
    assert (caught.value.code, caught.value.retryable) == ("network.unreachable", True)
    assert pauses == [0.25, 0.5]


async def test_what_can_be_done_twice_is_tried_again(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float]
):
    backboard.lose()
    backboard.answer({"detail": "moment"}, status=502)
    backboard.answer({"thread_id": "t"})
    assert (await api.threads.get("t")).thread_id == "t"
    assert [asked.method for asked in backboard.asked] == ["GET"] * 3
    assert pauses == [0.25, 0.5]


async def test_a_removal_whose_answer_was_lost_has_happened(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.lose()
    backboard.answer({"detail": "not found"}, status=404)
    await api.threads.delete("t")
    backboard.answer({"detail": "not found"}, status=404)
    with pytest.raises(NotFoundError):
        await api.threads.delete("t")


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_message_that_the_server_may_have_taken_is_never_sent_twice(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float], status: int
):
    backboard.answer({"detail": "broken"}, status=status)
    with pytest.raises(NetworkError):
        await api.messages.send(HELLO)
    backboard.lose()
    with pytest.raises(NetworkError) as caught:
        await api.messages.send(HELLO)
    assert caught.value.code == "network.lost"
    assert (len(backboard.asked), pauses) == (2, [])


async def test_a_message_that_the_server_refused_for_now_is_sent_again_when_it_said(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float]
):
    backboard.answer({"detail": "busy"}, status=503, Retry_After="3")
    backboard.answer({"detail": "busy"}, status=503)
    backboard.answer(REPLY)
    backboard.answer({"detail": "slow down"}, status=429, Retry_After="7")
    backboard.answer(b"data: 1\n\n")
    assert (await api.messages.send(HELLO)).content == "Hi"
    assert [data async for data in api.messages.stream(HELLO)] == [b"1"]
    assert pauses == [3.0, 0.5, 7.0]
    assert {asked.body["content"] for asked in backboard.asked} == {"Hello"}


async def test_a_stream_that_breaks_is_not_begun_again(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.lose(b"data: 1\n\n")
    events = api.messages.stream(HELLO)
    assert await anext(events) == b"1"
    with pytest.raises(NetworkError):
        await anext(events)
    assert len(backboard.asked) == 1


async def test_cancelling_ends_the_waiting_between_tries(backboard: ScriptedBackboard):
    waits = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    connection = HttpConnection(ApiAddress(backboard.base_url), sleep=sleep)
    backboard.answer({}, status=500)
    asking = asyncio.create_task(connection.get("/x", dict))
    await waits.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await connection.aclose()
    assert len(backboard.asked) == 1


def test_names_stay_one_part_of_a_path():
    assert path_of("threads", "../a b/c?") == "/threads/..%2Fa%20b%2Fc%3F"
