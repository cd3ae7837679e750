"""Routing, thinking and web search, over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.events import Usage
from desktop_app.service.providers.openai.chat_options import Dialect, dialect_of
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    LanguageEvent,
    LanguageRequest,
    Unmet,
)
from desktop_app.service.providers.prompting import NO_WEB
from tests.fakes.openai_server import OpenAiServer, openai_server

CHAT = "/v1/chat/completions"
ROUTING = {
    "providers": ["together"],
    "allow_fallbacks": False,
    "sort": "price",
    "ignore": ["azure"],
    "max_price": {"prompt": 1},
}
ROUTED = {
    "order": ["together"],
    "allow_fallbacks": False,
    "sort": "price",
    "ignore": ["azure"],
    "max_price": {"prompt": 1},
}
POOL = {"allowed_models": ["anthropic/*"], "excluded_models": ["a/b"], "cost_tier": "low"}


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        running.answer(CHAT, '{"choices":[{"message":{"content":"A"}}]}')
        yield running


async def reply(
    server: OpenAiServer, dialect: Dialect, model: str = "a/b", **wishes: Any
) -> list[LanguageEvent]:
    request = LanguageRequest([ChatMessage("user", "Hi")], model=model, **wishes)
    provider = "openai" if dialect == "openai" else "custom"
    language = OpenAiLanguage(server.url, provider=provider, dialect=dialect)
    try:
        async with aclosing(language.reply(request)) as events:
            return [event async for event in events]
    finally:
        await language.aclose()


def asked(server: OpenAiServer) -> dict[str, Any]:
    body: dict[str, Any] = server.asked_of(CHAT)[-1].json
    return body


def unmet(events: list[LanguageEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Unmet)]


@pytest.mark.parametrize(
    ("provider", "root", "dialect"),
    [
        ("custom", "https://openrouter.ai/api/v1", "openrouter"),
        ("custom", "https://eu.openrouter.ai/api/v1", "openrouter"),
        ("custom", "https://notopenrouter.ai/v1", "other"),
        ("custom", "http://127.0.0.1:11434/v1", "other"),
        ("openai", "https://api.openai.com/v1", "openai"),
    ],
)
def test_a_dialect_is_told_from_name_and_address(provider, root, dialect):
    assert dialect_of(provider, root) == dialect


@pytest.mark.parametrize("dialect", ["openrouter", "other"])
async def test_routing_goes_to_who_may_understand_it(server, dialect):
    events = await reply(server, dialect, routing=ROUTING)
    assert asked(server)["provider"] == ROUTED
    assert unmet(events) == []


async def test_openai_is_not_sent_routing_and_the_turn_says_so(server):
    events = await reply(server, "openai", routing=ROUTING)
    assert "provider" not in asked(server)
    assert unmet(events) == ["openrouter had no effect: OpenAI is not OpenRouter."]


@pytest.mark.parametrize(
    ("model", "plugin"),
    [("openrouter/auto", "auto-router"), ("openrouter/auto-beta", "auto-beta-router")],
)
async def test_the_choice_among_models_goes_to_the_model_that_makes_it(server, model, plugin):
    events = await reply(server, "openrouter", model, routing=POOL)
    assert asked(server)["plugins"] == [{"id": plugin, **POOL}]
    assert unmet(events) == []


async def test_a_choice_among_models_that_nobody_makes_is_named(server):
    events = await reply(server, "openrouter", "a/b", routing=POOL | ROUTING)
    assert "plugins" not in asked(server)
    assert asked(server)["provider"] == ROUTED
    assert unmet(events) == [
        "openrouter (allowed_models, excluded_models, cost_tier) had no effect:"
        " a/b does not choose among models."
    ]


async def test_a_server_that_does_not_know_routing_is_asked_without(server):
    server.refuse(CHAT, 422, '{"detail":[{"msg":"Extra inputs are not permitted: provider"}]}')
    events = await reply(server, "other", routing=ROUTING)
    assert "provider" not in asked(server)
    assert unmet(events) == ["openrouter had no effect: the server does not take it."]


async def test_routing_that_finds_nobody_is_never_left_out(server):
    server.refuse(CHAT, 404, '{"error":{"message":"No allowed provider is available"}}')
    with pytest.raises(Exception, match="No allowed provider"):
        await reply(server, "openrouter", routing=ROUTING)
    assert len(server.asked_of(CHAT)) == 1


@pytest.mark.parametrize(
    ("thinking", "of_openrouter", "of_openai"),
    [
        ({"effort": "low"}, {"effort": "low"}, "low"),
        ({"effort": "max"}, {"effort": "xhigh"}, "high"),
        ({"budget_tokens": 2_000}, {"max_tokens": 2_000}, "low"),
        ({"max_tokens": 8_000}, {"max_tokens": 8_000}, "medium"),
        ({"budget_tokens": 32_000, "effort": "low"}, {"max_tokens": 32_000}, "low"),
        ({"budget_tokens": 32_000}, {"max_tokens": 32_000}, "high"),
        (
            {"effort": "high", "exclude_reasoning": True},
            {"effort": "high", "exclude": True},
            "high",
        ),
    ],
)
async def test_thinking_is_asked_for_in_the_servers_words(
    server, thinking, of_openrouter, of_openai
):
    await reply(server, "openrouter", thinking=thinking)
    assert asked(server)["reasoning"] == of_openrouter
    assert "reasoning_effort" not in asked(server)
    for dialect in ("openai", "other"):
        await reply(server, dialect, thinking=thinking)
        assert asked(server)["reasoning_effort"] == of_openai
        assert "reasoning" not in asked(server)


@pytest.mark.parametrize("dialect", ["openrouter", "other"])
async def test_thinking_that_is_refused_is_named(server, dialect):
    server.refuse(CHAT, 400, '{"error":"reasoning is not supported"}')
    events = await reply(server, dialect, thinking={"effort": "low"})
    assert not {"reasoning", "reasoning_effort"} & set(asked(server))
    assert unmet(events) == ["thinking had no effect: a/b does not take it."]


async def test_openrouter_searches_for_any_model(server):
    events = await reply(server, "openrouter", searches_web=True)
    assert asked(server)["plugins"] == [{"id": "web"}]
    assert NO_WEB not in json.dumps(asked(server))
    assert unmet(events) == []


async def test_a_model_of_openai_that_searches_is_asked_to(server):
    server.models = ("gpt-5-search-api", "gpt-4.1-mini")
    events = await reply(server, "openai", "gpt-5-search-api", searches_web=True)
    assert asked(server)["web_search_options"] == {}
    assert len(asked(server)["messages"]) == 1
    assert unmet(events) == []


async def test_a_model_that_cannot_search_is_told_and_so_is_the_person(server):
    events = await reply(
        server, "openai", "gpt-4.1-mini", searches_web=True, system_prompt="Be brief."
    )
    assert "web_search_options" not in asked(server)
    assert asked(server)["messages"][0]["content"] == f"Be brief.\n\n{NO_WEB}"
    assert unmet(events) == ["web_search had no effect: gpt-4.1-mini cannot search the web."]


@pytest.mark.parametrize("prompt", ["", "Be brief."])
async def test_a_search_that_is_refused_is_told_as_well(server, prompt):
    server.models = ("gpt-5-search-api",)
    server.refuse(CHAT, 400, '{"error":{"message":"web_search_options is not supported"}}')
    events = await reply(
        server, "openai", "gpt-5-search-api", searches_web=True, system_prompt=prompt
    )
    assert "web_search_options" not in asked(server)
    system, user = asked(server)["messages"]
    assert system["content"] == "\n\n".join(filter(None, (prompt, NO_WEB)))
    assert user == {"role": "user", "content": "Hi"}
    assert unmet(events) == ["web_search had no effect: gpt-5-search-api cannot search the web."]


async def test_what_is_not_asked_for_is_not_sent(server):
    await reply(server, "openrouter")
    assert set(asked(server)) == {"model", "messages", "stream", "stream_options"}


async def test_openrouter_says_what_its_cache_took_and_what_it_cost(server):
    usage = {
        "prompt_tokens": 194,
        "completion_tokens": 2,
        "cost": 0.5,
        "prompt_tokens_details": {"cached_tokens": 90, "cache_write_tokens": 100},
    }
    answer = {"choices": [{"message": {"content": "A"}}], "usage": usage}
    server.answer(CHAT, json.dumps(answer))
    *_, finished = await reply(server, "openrouter")
    assert finished == Finished(
        Usage(
            input_tokens=194,
            output_tokens=2,
            cost_usd=0.5,
            cached_input_tokens=90,
            cache_write_input_tokens=100,
        )
    )


async def test_another_fault_is_not_taken_for_a_refusal_of_routing(server):
    server.refuse(CHAT, 400, '{"error":"max_tokens is too large"}')
    with pytest.raises(InputError, match="too large"):
        await reply(server, "other", routing=ROUTING)
