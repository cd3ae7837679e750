"""An existing chat backend, over a real socket, well and badly behaved."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError
from desktop_app.service.gateway.backend_client import BackendClient, is_forgotten, read_reply
from desktop_app.service.gateway.gateway_config import BackendConfig, LlmConfig
from tests.fakes.http_server import HttpAnswer, http_server, json_answer

HI = {"text": "Hi", "metadata": {"a": 1}}


def streamed(*events: bytes, is_cut: bool = False) -> HttpAnswer:
    pieces = tuple(b"data: " + event + b"\n\n" for event in events)
    return HttpAnswer(content_type="text/event-stream", pieces=pieces, is_cut=is_cut)


async def chat(*answers, twice=False):
    async with http_server(lambda _request: json_answer(HI)) as server:
        server.plan(*answers)
        client = BackendClient(
            BackendConfig(server.url, Secret("sk-b"), sends_api_key_header=twice)
        )
        try:
            told: list[str] = []
            facts = await client.chat("r", "s", "hello", told.append)
            return told, facts, server
        finally:
            await client.aclose()


async def test_a_chat_names_registration_and_session_and_carries_the_key():
    told, facts, server = await chat(twice=True)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat")
    assert request.json() == {"registration_id": "r", "session_id": "s", "message": "hello"}
    assert request.headers["authorization"] == "Bearer sk-b"
    assert request.headers["x-api-key"] == "sk-b"
    assert (told, facts) == (["Hi"], {"metadata": {"a": 1}})


@pytest.mark.parametrize(
    ("events", "pieces"),
    [
        ((b'{"delta":"Hi "}', b'{"delta":"you"}', b'{"text":"Hi you","mood":"fine"}'), 2),
        ((b'{"delta":"Hi"}', b'{"text":"Hi you","mood":"fine"}'), 2),
        ((b'{"text":"Hi you","mood":"fine"}',), 1),
        ((b'{"choices":[{"delta":{"content":"Hi you"}}]}', b'{"choices":[]}', b"[DONE]"), 1),
    ],
)
async def test_a_reply_that_is_streamed_is_told_as_it_comes_and_once(events, pieces):
    told, facts, server = await chat(streamed(*events))
    assert "text/event-stream" in server.requests[0].headers["accept"]
    assert ("".join(told), len(told)) == ("Hi you", pieces)
    assert facts in ({"mood": "fine"}, {})


@pytest.mark.parametrize(
    "body",
    [
        {"reply": "Hi"},
        {"text": "", "answer": "Hi"},
        {"message": {"content": "Hi"}},
        {"choices": [{"message": {"content": "Hi"}}]},
        {"data": {"output": "Hi"}},
        {"data": {"choices": [{"message": {"content": "Hi"}}]}},
    ],
)
def test_a_reply_is_found_wherever_it_is(body):
    assert read_reply(body).text == "Hi"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (json_answer({"detail": "no sk-b"}, 401), AccessError, "refused the key"),
        (json_answer({"error": {"message": "broken"}}, 500), NetworkError, "broken"),
        (json_answer({"error": "broken"}, 500), NetworkError, "broken"),
        (json_answer({"message": "sk-b broken"}, 400), AppError, "… broken"),
        (HttpAnswer(content_type="text/html", pieces=(b"<html>",)), ProtocolError, "understood"),
        (json_answer({"text": ""}), ProtocolError, "without any text"),
        (json_answer({"error": {"message": "broken"}}), NetworkError, "broken"),
        (streamed(b'{"error": {"message": "no sk-b"}}'), NetworkError, "no …"),
        (streamed(b'{"metadata": {}}'), ProtocolError, "without any text"),
        (streamed(b"[]"), ProtocolError, "understood"),
        (streamed(b"<"), ProtocolError, "understood"),
        (streamed(b'{"delta": "Hi"}', is_cut=True), NetworkError, "broke off"),
        (json_answer([]), ProtocolError, "understood"),
        (HttpAnswer(pieces=(b'{"te',), is_cut=True), NetworkError, "broke off"),
    ],
)
async def test_a_failure_is_told_without_the_key(answer, kind, words):
    with pytest.raises(kind, match=words) as failed:
        await chat(answer)
    assert "sk-b" not in str(failed.value)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_forgotten_registration_is_recognised(status):
    with pytest.raises(AppError) as failed:
        await chat(json_answer({"detail": "gone"}, status))
    assert is_forgotten(failed.value)


@pytest.mark.parametrize(
    "body",
    [
        {"registration_id": "r"},
        {"id": "r"},
        {"registrationId": "r"},
        {"data": {"id": "r"}},
    ],
)
async def test_a_registration_is_read_in_every_shape(body):
    async with http_server(lambda _request: json_answer(body)) as server:
        client = BackendClient(BackendConfig(server.url))
        assert await client.register(LlmConfig("custom", Secret("k"), "m")) == "r"
        assert server.requests[0].json() == {"provider": "custom", "api_key": "k", "model": "m"}
        await client.aclose()
