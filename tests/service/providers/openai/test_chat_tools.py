"""Tools, pictures, knowledge and what a server refuses, over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from desktop_app.errors import AppError, InputError, NetworkError, ProtocolError
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    Knowledge,
    LanguageEvent,
    LanguageRequest,
    Passage,
    Recalled,
    TextDelta,
    Tool,
    ToolsCalled,
)
from tests.fakes.openai_server import OpenAiServer, openai_server

CHAT = "/v1/chat/completions"
WEATHER = Tool("weather", "Tells the weather.", {"type": "object", "properties": {"city": {}}})
PICTURE = Picture(b"\x89PNG", "image/png")


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


def asking(text: str = "Hi", *pictures: Picture, **more: Any) -> LanguageRequest:
    history = more.pop("history", None) or [ChatMessage("user", text, pictures=pictures)]
    return LanguageRequest(history, model=more.pop("model", "gpt-4.1-mini"), **more)


async def reply(
    server: OpenAiServer, request: LanguageRequest, provider: str = "custom", key: str = ""
) -> list[LanguageEvent]:
    language = OpenAiLanguage(server.url, provider=provider, key=key)
    try:
        async with aclosing(language.reply(request)) as events:
            return [event async for event in events]
    finally:
        await language.aclose()


def pieces(*calls: dict[str, Any], reason: str = "tool_calls") -> list[str]:
    chunks = [{"choices": [{"delta": {"tool_calls": [call]}}]} for call in calls]
    end = {"choices": [{"delta": {}, "finish_reason": reason}]}
    return [json.dumps(chunk) for chunk in [*chunks, end]]


async def test_a_tool_is_offered_and_called_in_pieces(server):
    events = await reply(server, asking("call weather", tools=(WEATHER,)))
    assert events[0] == ToolsCalled((ToolCall("call_0", "weather", '{"number": 0}'),))
    assert isinstance(events[1], Finished)
    assert events[1].reason == "tool_calls"
    assert server.asked[0].json["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": {"type": "object", "properties": {"city": {}}},
            },
        }
    ]


async def test_several_calls_of_one_round_come_together_and_in_order(server):
    tools = (Tool("first"), Tool("second"))
    events = await reply(server, asking("call first and call second", tools=tools))
    assert isinstance(events[0], ToolsCalled)
    assert [call.name for call in events[0].calls] == ["first", "second"]


async def test_whole_calls_that_all_have_index_0_are_told_apart(server):
    one = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x":1}'}}
    other = {"index": 0, "id": "b", "function": {"name": "f", "arguments": '{"x":2}'}}
    server.stream(*pieces(one, other))
    (called, _) = await reply(server, asking(tools=(Tool("f"),)))
    assert called == ToolsCalled((ToolCall("a", "f", '{"x":1}'), ToolCall("b", "f", '{"x":2}')))


async def test_a_call_without_id_index_or_arguments_is_completed(server):
    server.stream(
        *pieces({"function": {"name": "f"}}, {"function": {"name": "g", "arguments": {}}})
    )
    (called, _) = await reply(server, asking(tools=(Tool("f"), Tool("g"))))
    assert isinstance(called, ToolsCalled)
    assert [(call.name, call.arguments) for call in called.calls] == [("f", "{}"), ("g", "{}")]
    assert len({call.id for call in called.calls}) == 2


async def test_a_call_that_was_cut_off_by_the_length_is_an_error(server):
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x":'}}
    server.stream(*pieces(call, reason="length"))
    with pytest.raises(ProtocolError, match="tool call"):
        await reply(server, asking(tools=(Tool("f"),)))


async def test_calls_in_a_whole_answer_are_understood(server):
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    choice = {"message": {"content": "Wait.", "tool_calls": [call]}, "finish_reason": "tool_calls"}
    server.answer(CHAT, json.dumps({"choices": [choice]}))
    assert await reply(server, asking(tools=(Tool("f"),))) == [
        TextDelta("Wait."),
        ToolsCalled((ToolCall("a", "f", "{}"),)),
        Finished(None, "tool_calls"),
    ]


async def test_a_round_of_tools_goes_back_as_it_came(server):
    call = ToolCall("a", "weather", '{"city":"Rome"}')
    history = [
        ChatMessage("user", "Rome?"),
        ChatMessage("assistant", "", tool_calls=(call,)),
        ChatMessage("tool", "sunny", tool_call_id="a"),
    ]
    await reply(server, asking(history=history, tools=(WEATHER,)))
    function = {"name": "weather", "arguments": '{"city":"Rome"}'}
    assert server.asked[0].json["messages"] == [
        {"role": "user", "content": "Rome?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "sunny", "tool_call_id": "a"},
    ]


@pytest.mark.parametrize(
    ("detail", "left_out"),
    [
        ("registry/m does not support tools", "tools"),
        ("No endpoints found that support tool use", "tools"),
        ("Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"),
        ("'m' does not support thinking", "reasoning_effort"),
        ("response_format type json_object is not supported", "response_format"),
        ("unknown field stream_options", "stream_options"),
    ],
)
async def test_what_the_model_does_not_take_is_left_out_and_it_is_asked_again(
    server, detail, left_out
):
    server.refuse(CHAT, 400, json.dumps({"error": {"message": detail}}))
    request = asking(tools=(WEATHER,), wants_json=True, thinking={"effort": "high"})
    events = await reply(server, request)
    assert isinstance(events[-1], Finished)
    before, after = (asked.json for asked in server.asked_of(CHAT))
    assert set(before) - set(after) == {left_out}


async def test_what_else_is_refused_is_not_asked_again(server):
    server.refuse(CHAT, 400, '{"error":{"message":"max_tokens is too large"}}')
    with pytest.raises(InputError, match=r"refused the request\. max_tokens is too large"):
        await reply(server, asking(tools=(WEATHER,)))
    assert len(server.asked) == 1


async def test_a_refusal_that_stays_is_told(server):
    server.refuse(CHAT, 400, '{"error":{"message":"no tools here"}}', times=2)
    with pytest.raises(InputError, match="no tools here"):
        await reply(server, asking(tools=(WEATHER,)))
    assert len(server.asked) == 2


async def test_a_picture_is_shown_to_a_model_that_sees(server):
    await reply(server, asking("What is it?", PICTURE), "openai")
    assert server.asked_of(CHAT)[0].json["messages"][-1]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]


async def test_a_picture_is_named_to_a_model_that_does_not_see(server):
    server.answer(
        "/v1/models", '{"data":[{"id":"m","architecture":{"input_modalities":["text"]}}]}'
    )
    server.answer(CHAT, '{"choices":[{"message":{"content":"Hm"}}]}')
    await reply(server, asking("What is it?", PICTURE, PICTURE, model="m"))
    said = server.asked_of(CHAT)[0].json["messages"][-1]["content"]
    assert said == "What is it?\n[The user attached 2 pictures that you cannot see.]"


async def test_a_picture_that_is_refused_is_named_instead(server):
    server.refuse(CHAT, 400, '{"error":"this model is missing data required for image input"}')
    await reply(server, asking("What is it?", PICTURE))
    first, second = (asked.json["messages"][-1]["content"] for asked in server.asked_of(CHAT))
    assert len(first) == 2
    assert second == "What is it?\n[The user attached a picture that you cannot see.]"


async def test_memories_and_passages_stand_in_the_system_prompt_with_their_places(server):
    knowledge = Knowledge(
        memories=(Recalled("I like tea.", "2026-11-01T08:00:00Z", "memory"),),
        passages=(
            Passage("d1", "report.pdf", "Sales rose by 4 %.", "page 3"),
            Passage("d2", "notes.txt", "Call Ada."),
        ),
    )
    await reply(server, asking(system_prompt="Be brief.", knowledge=knowledge))
    system = server.asked[0].json["messages"][0]
    assert system["role"] == "system"
    parts = ["Be brief.", "- I like tea. (2026-11-01)", "[report.pdf, page 3]\nSales rose by 4 %."]
    places = [system["content"].index(part) for part in [*parts, "[notes.txt]\nCall Ada."]]
    assert places == sorted(places)


async def test_json_and_thinking_are_asked_for(server):
    await reply(server, asking(wants_json=True, thinking={"effort": "max"}))
    asked = server.asked[0].json
    assert asked["response_format"] == {"type": "json_object"}
    assert asked["reasoning_effort"] == "high"
    assert "JSON object" in asked["messages"][0]["content"]


async def test_reasoning_can_be_left_out(server):
    server.stream('{"choices":[{"delta":{"reasoning":"Hm.","content":"Yes"}}]}', "[DONE]")
    events = await reply(server, asking(thinking={"exclude_reasoning": True}))
    assert events == [TextDelta("Yes"), Finished(None)]


async def test_tokens_from_the_servers_cache_are_told(server):
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    answer = {"choices": [{"message": {"content": "A"}, "finish_reason": "length"}]}
    server.answer(CHAT, json.dumps({**answer, "usage": usage}))
    events = await reply(server, asking())
    told = Usage(input_tokens=9, output_tokens=2, cached_input_tokens=8)
    assert events[-1] == Finished(told, "length")


async def test_an_answer_that_a_filter_kept_back_is_an_error(server):
    server.stream('{"choices":[{"delta":{},"finish_reason":"content_filter"}]}')
    with pytest.raises(ProtocolError, match="refused to answer"):
        await reply(server, asking())


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "words", "seconds"),
    [
        (402, '{"error":{"message":"Add credit."}}', {}, "http.402", "credit", None),
        (429, "{}", {"retry_after": "7"}, "http.429", "again in 7 s", "7"),
        (429, "{}", {}, "http.429", "Try again in a moment", None),
        (429, "{}", {"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, "http.429", "in 0 s", "0"),
        (429, "{}", {"retry_after": "soon"}, "http.429", "in a moment", None),
        (429, '{"error":{"code":"insufficient_quota"}}', {}, "http.402", "payment", None),
        (500, "<html>Oops</html>", {}, "http.500", r"error 500\.$", None),
    ],
)
async def test_each_refusal_has_its_code_and_its_words(
    server, status, body, headers, code, words, seconds
):
    server.refuse(CHAT, status, body, **headers)
    with pytest.raises(NetworkError, match=words) as caught:
        await reply(server, asking())
    assert (caught.value.code, caught.value.facts.get("seconds")) == (code, seconds)
    assert caught.value.retryable == (code in ("http.429", "http.500"))


@pytest.mark.parametrize("echo", ["Bad key sk-very-secret", "Bad key sk-v****cret"])
async def test_a_key_that_the_server_repeats_is_not_repeated(server, echo):
    server.refuse(CHAT, 401, json.dumps({"error": {"message": echo}}))
    with pytest.raises(AppError, match="refused the key") as caught:
        await reply(server, asking(), key="sk-very-secret")
    assert "sk-v" not in str(caught.value)
