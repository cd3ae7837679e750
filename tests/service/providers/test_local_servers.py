"""Servers on this computer, found by what they answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from desktop_app.service.providers.local_servers import LocalServer, Ports, find_local_servers
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


def nowhere() -> Ports:
    return Ports(closed_port(), closed_port(), (closed_port(),))


async def test_nothing_is_found_where_nothing_listens():
    assert await find_local_servers(nowhere()) == ()


async def test_ollama_is_found_without_its_cloud_and_embedding_models(server):
    server.answer("/api/version", '{"version":"0.12"}')
    server.answer(
        "/api/tags",
        '{"models":[{"name":"big-cloud","remote_host":"https://x","capabilities":["completion"]},'
        '{"name":"words","capabilities":["embedding"]},{"name":"nomic-embed-text"},'
        '{"name":"small","capabilities":["completion","tools"]},{"name":"loaded"}]}',
    )
    server.answer("/api/ps", '{"models":[{"name":"loaded"}]}')
    found = await find_local_servers(Ports(server.port, closed_port(), ()))
    assert found == (LocalServer("ollama", f"{server.url}/v1", ("loaded", "small")),)


async def test_an_ollama_with_only_cloud_models_is_not_offered(server):
    server.answer("/api/version", '{"version":"0.12"}')
    server.answer("/api/tags", '{"models":[{"name":"big","remote_model":"big"}]}')
    assert await find_local_servers(Ports(server.port, closed_port(), ())) == ()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (
            "/api/v1/models",
            '{"models":[{"type":"embedding","key":"e"},{"type":"llm","key":"a"},'
            '{"type":"llm","key":"b","loaded_instances":[{"id":"b"}]}]}',
        ),
        (
            "/api/v0/models",
            '{"data":[{"type":"embeddings","id":"e"},{"type":"llm","id":"a"},'
            '{"type":"vlm","id":"b","state":"loaded"}]}',
        ),
    ],
)
async def test_lm_studio_is_found_with_its_loaded_model_first(server, path, answer):
    server.answer(path, answer)
    found = await find_local_servers(Ports(closed_port(), server.port, ()))
    assert found == (LocalServer("lmstudio", f"{server.url}/v1", ("b", "a")),)


async def test_llama_cpp_is_found_on_any_of_its_ports(server):
    server.answer("/v1/models", '{"data":[{"id":"m.gguf","owned_by":"llamacpp"}]}')
    found = await find_local_servers(
        Ports(closed_port(), closed_port(), (closed_port(), server.port))
    )
    assert found == (LocalServer("llamacpp", f"{server.url}/v1", ("m.gguf",)),)


@pytest.mark.parametrize("answer", ["", "[]", "null", '{"models":3}', '{"version":1}', "<html>"])
async def test_a_stranger_on_a_known_port_is_left_alone(server, answer):
    for path in ("/api/version", "/api/tags", "/api/v1/models", "/api/v0/models", "/v1/models"):
        server.answer(path, answer)
    assert await find_local_servers(Ports(server.port, server.port, (server.port,))) == ()
