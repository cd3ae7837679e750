"""What servers say about their models, each in its own dialect."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


async def rows(server: OpenAiServer, provider: str, model: str = "") -> Sequence[ModelInfo]:
    language = OpenAiLanguage(server.url, provider=provider, model=model)
    try:
        return await language.models()
    finally:
        await language.aclose()


def answers(server: OpenAiServer, **by_path: Any) -> None:
    for path, found in by_path.items():
        server.answer("/" + path.replace("__", "/"), json.dumps(found))


async def test_of_openai_only_language_models_are_listed_with_what_is_known(server):
    listed = await rows(server, "openai", "gpt-4.1-mini")
    assert [row.name for row in listed] == ["gpt-4.1-mini", "gpt-5-mini-2025-08-07"]
    assert [row.context_limit for row in listed] == [1_047_576, 400_000]
    assert all(row.supports_tools and row.supports_vision for row in listed)
    assert listed[0].output_cost_per_1m_tokens == 1.6


async def test_the_model_that_is_used_by_default_is_known_without_the_network():
    nowhere = OpenAiServer(port=closed_port())
    (row,) = await rows(nowhere, "openai", "gpt-5-mini")
    assert (row.name, row.context_limit, row.supports_thinking) == ("gpt-5-mini", 400_000, True)


async def test_ollama_tells_what_it_gives_and_its_cloud_is_hidden(server):
    answers(
        server,
        v1__models={"data": [{"id": name} for name in ("big", "small", "far", "nomic-embed")]},
        api__ps={"models": [{"name": "small", "context_length": 16_384}]},
        api__tags={
            "models": [{"name": "big"}, {"name": "small"}, {"name": "far", "remote_host": "x"}]
        },
        api__show={
            "model_info": {"llama.context_length": 131_072},
            "capabilities": ["completion", "tools", "vision"],
        },
    )
    listed = await rows(server, "ollama", "small")
    assert [(row.name, row.context_limit) for row in listed] == [
        ("small", 16_384),
        ("big", 4_096),
        ("nomic-embed", 4_096),
    ]
    assert all(row.supports_tools and row.supports_vision for row in listed)
    assert {asked.json["model"] for asked in server.asked_of("/api/show")} == {
        "big",
        "small",
        "nomic-embed",
    }


async def test_lm_studio_tells_the_loaded_context(server):
    answers(
        server,
        v1__models={"data": [{"id": "q"}, {"id": "e"}]},
        api__v1__models={
            "models": [
                {
                    "key": "q",
                    "type": "llm",
                    "max_context_length": 32_768,
                    "capabilities": {"vision": False, "trained_for_tool_use": True},
                    "loaded_instances": [{"config": {"context_length": 8_000}}],
                },
                {"key": "e", "type": "embedding", "max_context_length": 512},
            ]
        },
    )
    (row,) = await rows(server, "lmstudio")
    assert (row.name, row.context_limit) == ("q", 8_000)
    assert (row.supports_tools, row.supports_vision) == (True, False)


async def test_an_older_lm_studio_is_asked_its_own_way(server):
    answers(
        server,
        v1__models={"data": [{"id": "q"}]},
        api__v0__models={
            "data": [
                {
                    "id": "q",
                    "type": "vlm",
                    "max_context_length": 4_000,
                    "capabilities": ["tool_use"],
                }
            ]
        },
    )
    (row,) = await rows(server, "lmstudio")
    assert (row.context_limit, row.supports_tools, row.supports_vision) == (4_000, True, True)


async def test_llama_cpp_tells_its_properties(server):
    answers(
        server,
        v1__models={"data": [{"id": "m.gguf", "meta": {"n_ctx_train": 131_072}}]},
        props={
            "default_generation_settings": {"n_ctx": 12_288},
            "modalities": {"vision": True},
            "chat_template_caps": {"supports_tools": True},
        },
    )
    (row,) = await rows(server, "llamacpp")
    assert (row.context_limit, row.supports_tools, row.supports_vision) == (12_288, True, True)


@pytest.mark.parametrize(
    "fact", ["context_length", "max_model_len", "context_window", "max_context_length"]
)
async def test_limits_that_a_list_names_are_taken(server, fact):
    answers(server, v1__models={"data": [{"id": "m", fact: 77_000}]})
    (row,) = await rows(server, "custom")
    assert row.context_limit == 77_000


async def test_a_server_that_says_nothing_gets_a_careful_limit(server):
    answers(server, v1__models={"data": [{"id": "m"}, {"id": "text-embed"}, "odd", {}]})
    (row,) = await rows(server, "custom")
    assert (row.name, row.context_limit, row.supports_vision) == ("m", 8_192, None)


@pytest.mark.parametrize("listed", ["[]", "{}", '{"data": {}}', "nonsense"])
async def test_a_list_that_cannot_be_read_is_an_empty_one(server, listed):
    server.answer("/v1/models", listed)
    assert list(await rows(server, "custom")) == []


async def test_a_default_that_the_account_does_not_have_gives_way_to_one_that_it_has(server):
    language = OpenAiLanguage(server.url, provider="openai")
    before = language.model
    server.models = ("gpt-4o", "gpt-4.1-mini")
    rows = await language.models()
    assert before not in server.models
    assert [row.name for row in rows] == ["gpt-4.1-mini", "gpt-4o"]
    assert language.model == "gpt-4.1-mini"
    await language.aclose()


async def test_a_model_that_a_person_chose_stays(server):
    listed = await rows(server, "openai", "gpt-9")
    assert [row.name for row in listed] == ["gpt-9", "gpt-4.1-mini", "gpt-5-mini-2025-08-07"]
