"""The chat dialect over a real socket, with good and bad servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol.events import Usage
from desktop_app.service.providers.openai import chat_answer
from desktop_app.service.providers.openai.openai_connection import api_root
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    LanguageEvent,
    LanguageRequest,
    ReasoningDelta,
    TextDelta,
)
from tests.fakes.http_server import HttpAnswer, http_server
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server

_USAGE = '{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}'
_STOP = '{"choices":[{"delta":{},"finish_reason":"stop"}]}'


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


def delta(**fields: str) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


async def reply(url: str, *, model: str = "m", key: str = "") -> list[LanguageEvent]:
    language = OpenAiLanguage(url, model=model, key=key)
    request = LanguageRequest([ChatMessage("user", "Hi")], system_prompt="Be brief.")
    try:
        async with aclosing(language.reply(request)) as events:
            return [event async for event in events]
    finally:
        await language.aclose()


@pytest.mark.parametrize("piece", [0, 1, 7, 100_000])
async def test_any_split_of_the_stream_gives_the_same_events(server, piece):
    server.stream(
        delta(role="assistant"),
        delta(content="Grüß "),
        delta(content="dich"),
        _STOP,
        _USAGE,
        "[DONE]",
        piece=piece,
    )
    assert await reply(server.url) == [
        TextDelta("Grüß "),
        TextDelta("dich"),
        Finished(Usage(input_tokens=7, output_tokens=2), "stop"),
    ]


async def test_the_request_carries_model_prompt_history_and_key(server):
    server.stream(delta(content="Hi"), "[DONE]")
    await reply(server.url, model="small", key="secret")
    head, _, body = server.requests[0].partition("\r\n\r\n")
    assert "Bearer secret" in head
    assert json.loads(body) == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
async def test_reasoning_is_told_apart(server, name):
    server.stream(delta(**{name: "Hm."}), delta(content="Yes"), "[DONE]")
    assert await reply(server.url) == [ReasoningDelta("Hm."), TextDelta("Yes"), Finished(None)]


async def test_without_a_model_the_first_listed_one_is_used(server):
    server.answer("/v1/models", '{"data":[{"id":"first"},{"id":"second"}]}')
    server.stream(delta(content="Hi"), "[DONE]")
    await reply(server.url, model="")
    assert '"model":"first"' in server.requests[-1].replace(": ", ":")


async def test_a_server_that_does_not_stream_is_understood(server):
    server.answer("/v1/chat/completions", '{"choices":[{"message":{"content":"Whole"}}]}')
    assert await reply(server.url) == [TextDelta("Whole"), Finished(None)]


async def test_a_stream_cut_in_the_middle_is_a_network_error(server):
    server.stream(delta(content="Hal"), cut=True)
    with pytest.raises(NetworkError, match="broke off") as caught:
        await reply(server.url)
    assert caught.value.retryable


async def test_a_stream_that_ends_without_a_finish_is_a_network_error(server):
    server.stream(delta(content="Hal"))
    with pytest.raises(NetworkError, match="broke off"):
        await reply(server.url)


@pytest.mark.parametrize("ending", [{"is_endless": True}, {"is_cut": True}])
async def test_who_has_said_why_it_ended_is_believed(monkeypatch, ending):
    monkeypatch.setattr(chat_answer, "LAST_WORD_WITHIN_S", 1.0)
    pieces = tuple(f"data: {line}\n\n".encode() for line in (delta(content="All"), _STOP, _USAGE))
    answer = HttpAnswer(content_type="text/event-stream", pieces=pieces, **ending)
    async with http_server(lambda _: answer) as server, asyncio.timeout(20):
        said = await reply(server.url)
    assert said == [TextDelta("All"), Finished(Usage(input_tokens=7, output_tokens=2), "stop")]


async def test_a_refused_key_says_so(server):
    server.answer("/v1/chat/completions", '{"error":{"message":"bad key"}}', status=401)
    with pytest.raises(AccessError, match=r"refused the key\.$"):
        await reply(server.url)


async def test_an_unknown_model_says_so(server):
    server.answer("/v1/chat/completions", '{"error":"try pulling it"}', status=404)
    with pytest.raises(NetworkError, match=r'model "m"\. try pulling it'):
        await reply(server.url)


async def test_an_overloaded_server_may_be_asked_again(server):
    server.answer("/v1/chat/completions", "oops", status=503)
    with pytest.raises(NetworkError) as caught:
        await reply(server.url)
    assert (caught.value.code, caught.value.retryable) == ("http.503", True)


async def test_an_error_inside_the_stream_is_told(server):
    server.stream('{"error":{"message":"out of memory"}}')
    with pytest.raises(NetworkError, match="out of memory"):
        await reply(server.url)


@pytest.mark.parametrize("line", ["nonsense", "[1]", '"text"'])
async def test_something_unreadable_is_a_protocol_error(server, line):
    server.stream(line)
    with pytest.raises(ProtocolError):
        await reply(server.url)


async def test_a_server_that_is_not_there_says_where_it_was_looked_for():
    port = closed_port()
    with pytest.raises(NetworkError, match=f"127.0.0.1:{port} cannot be reached"):
        await reply(f"http://127.0.0.1:{port}")


async def test_a_proxy_never_comes_between_this_computer_and_itself(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    server.stream(delta(content="Hi"), "[DONE]")
    assert await reply(server.url) == [TextDelta("Hi"), Finished(None)]


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://h:1/", "http://h:1/v1"),
        ("http://h:1/v1/", "http://h:1/v1"),
        ("https://h/api/v4", "https://h/api/v4"),
        ("https://h/v1beta", "https://h/v1beta"),
        ("h:1", "http://h:1/v1"),
        ("http://h/v1/chat/completions", "http://h/v1"),
    ],
)
def test_addresses_are_brought_into_one_form(url, root):
    assert api_root(url) == root
