"""Typed questions through the message transport: asked whole, told as a stream is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import open_messages
from desktop_app.protocol.commands import (
    ConfigureSession,
    PromptText,
    SpeechOutput,
    TurnWishes,
)
from desktop_app.protocol.events import ReplyEnded, ReplyText, ServerFault
from tests.fakes.http_server import HttpServer, http_server, json_answer

ASKED = {"questions": {"a": {"type": "noul", "instructions": "Is it urgent?"}}}
JUDGED = {"model": "jev", "answers": {"a": {"type": "noul", "noul": 0.9}}, "usage": {}}
REPLY: dict[str, Any] = {
    "message": "Message added successfully",
    "thread_id": "t1",
    "timestamp": "2026-11-27T10:00:00Z",
    "content": "| Is it urgent? | Yes | 90% |",
    "message_id": "m1",
    "run_id": "r1",
    "status": "COMPLETED",
    "model_provider": "typesafe",
    "model_name": "jev-latest",
    "input_tokens": 20,
    "system_one": JUDGED,
}


async def told(server: HttpServer, wishes: TurnWishes, terms: MessageTerms) -> list[Any]:
    """What the transport says of one turn."""
    heard: list[Any] = []
    async with BackboardApi(ApiAddress(server.url, "key")) as api:
        configuration = ConfigureSession("t1", None, SpeechOutput())
        transport = await open_messages(api, configuration, terms)
        await transport.send(PromptText(1, "Look", wishes))
        async with asyncio.timeout(5):
            async for event in transport.events():
                heard.append(event)
                if isinstance(event, ReplyEnded | ServerFault):
                    break
        await transport.aclose()
    return heard


@pytest.fixture
async def server():
    async with http_server(lambda _: json_answer(REPLY)) as running:
        yield running


async def test_the_answers_come_as_text_and_as_numbers(server):
    *_, text, end = await told(server, TurnWishes(fields={"system_one": ASKED}), MessageTerms())
    assert text == ReplyText(1, "| Is it urgent? | Yes | 90% |")
    assert (end.message_id, end.model) == ("m1", "typesafe/jev-latest")
    assert end.usage.input_tokens == 20
    assert end.judged.typed["a"].noul == 0.9
    body = server.requests[0].json()
    assert body["system_one"] == ASKED
    assert "stream" not in body  # which is false
    assert "voice" not in body


@pytest.mark.parametrize(
    ("model", "named"),
    [("", ("typesafe", "jev-latest")), ("openai/gpt-4.1", ("openai", "gpt-4.1"))],
)
async def test_a_server_that_must_be_told_is_told_who_judges(server, model, named):
    wishes = TurnWishes(model=model, fields={"system_one": ASKED})
    await told(server, wishes, MessageTerms(judge="typesafe/jev-latest"))
    body = server.requests[0].json()
    assert (body["llm_provider"], body["model_name"]) == named


async def test_a_judgement_that_failed_is_told_in_its_words(server):
    server.plan(json_answer(REPLY | {"status": "FAILED", "message": "It cannot be used."}))
    fault = (await told(server, TurnWishes(fields={"system_one": ASKED}), MessageTerms()))[-1]
    assert (fault.message, fault.code) == ("It cannot be used.", "message.failed")
