"""One gateway as another's chat backend."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import TOKEN, gateway


async def test_one_gateway_answers_for_another():
    behind = ScriptedProviders()
    async with gateway(providers=behind) as backend:
        front = {
            "BACKEND_BASE_URL": str(backend.http.base_url),
            "BACKEND_API_KEY": TOKEN,
            "DEFAULT_REGISTRATION_ID": "default",
        }
        async with gateway(front) as rig, rig.socket() as socket:
            await socket.configured(session_id="desk", tts={})
            behind.language.pause()
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.audio.chunk")
            assert "assistant.message" not in socket.kinds(), "it is spoken as it is written"
            behind.language.resume()
            await socket.until("assistant.audio.end")
            await socket.say("text.prompt", text="Again")
            reply = await socket.until("assistant.message")
            await socket.until("assistant.audio.end")
        counted = await backend.metrics()
    assert reply["text"] == "Hello there. How are you?"
    assert reply["metadata"]["metadata"]["session_id"] == "desk"
    said = [each.content for each in behind.language.requests[1].history]
    assert said == ["Hi", "Hello there. How are you?", "Again"]
    assert counted['parley_chats_total{status="completed"}'] == 2


async def test_a_registration_is_made_and_used_over_http():
    behind = ScriptedProviders()
    allowed = {"ALLOW_FRONTEND_SYSTEM_PROMPT": "true"}
    async with gateway(allowed, behind) as rig:
        empty = await rig.http.post("/v1/register", json={})
        assert empty.json() == {"registration_id": "default"}
        made = await rig.http.post("/v1/register", json={"system_prompt": "Rhyme."})
        body = {"message": "Hi", "registration_id": made.json()["registration_id"]}
        answer = (await rig.http.post("/v1/chat", json=body)).json()
        assert answer["text"] == "Hello there. How are you?"
        assert behind.language.requests[0].system_prompt == "Rhyme."
        body["session_id"] = answer["metadata"]["session_id"]
        await rig.http.post("/v1/chat", json=body)
    assert len(behind.language.requests[1].history) == 3


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"message": "Hi", "registration_id": "unknown"}, 404, "not known here"),
        ({"message": "  "}, 400, "no text"),
        ({"message": "x" * (1 << 20) + "x"}, 413, "longer"),
        ({"message": "Hi", "session_id": "x" * 513}, 400, "session_id"),
        ({}, 422, "message"),
        ([], 422, "object"),
        ({"message": 5}, 422, "message"),
    ],
)
async def test_a_bad_request_is_refused_in_words(body, status, words):
    async with gateway(providers=ScriptedProviders()) as rig:
        answer = await rig.http.post("/v1/chat", json=body)
        assert answer.status_code == status
        assert words in answer.text


async def test_a_model_that_fails_is_a_bad_gateway_in_words():
    behind = ScriptedProviders()
    behind.language.pieces = ()
    async with gateway(providers=behind) as rig:
        answer = await rig.http.post("/v1/chat", json={"message": "Hi"})
        assert answer.status_code == 502
        assert "answered nothing" in answer.json()["detail"]


async def test_a_client_that_hangs_up_costs_nothing_more_and_gives_its_place_back():
    behind = ScriptedProviders()
    behind.language.pause()
    async with gateway({"GATEWAY_SESSIONS": "1"}, behind) as rig:
        waiting = asyncio.create_task(rig.http.post("/v1/chat", json={"message": "Hi"}))
        await behind.language.was_asked.wait()
        refused = await rig.http.post("/v1/chat", json={"message": "Hi"})
        assert (refused.status_code, "at once" in refused.text) == (503, True)
        waiting.cancel()
        async with asyncio.timeout(10):
            while behind.language.closed == 0:
                await rig.http.get("/health")
            behind.language.resume()
            while (answer := await rig.http.post("/v1/chat", json={"message": "Hi"})).is_error:
                assert answer.status_code == 503


async def test_barge_in_at_the_front_lets_go_of_the_model_behind():
    behind = ScriptedProviders()
    behind.language.pause()
    async with gateway(providers=behind) as backend:
        front = {
            "BACKEND_BASE_URL": str(backend.http.base_url),
            "BACKEND_API_KEY": TOKEN,
            "DEFAULT_REGISTRATION_ID": "default",
        }
        async with gateway(front) as rig, rig.socket() as socket:
            await socket.configured()
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.delta")
            await socket.say("assistant.cancel")
            await socket.until("assistant.cancelled")
            async with asyncio.timeout(10):
                while behind.language.closed == 0:
                    await backend.metrics()
            behind.language.resume()
            behind.language.rounds = [()]
            await socket.say("text.prompt", text="Again")
            error = await socket.until("error")
            assert "answered nothing" in error["message"], "a failure is told through both"
            await socket.say("text.prompt", text="And now?")
            await socket.until("assistant.message")
