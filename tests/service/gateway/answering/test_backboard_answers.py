"""Backboard behind a gateway: a real service of its API, and one that has bad days."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.server import Place, open_service
from tests.fakes.backboard import ScriptedBackboard
from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import gateway

KEY = "sk-backboard"


def variables(base_url: str, **more: str) -> dict[str, str]:
    return {"BACKBOARD_API_KEY": KEY, "BACKBOARD_BASE_URL": base_url} | more


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedBackboard]:
    async with ScriptedBackboard().running() as running:
        yield running


async def test_turns_of_a_session_are_one_thread_at_backboard(tmp_path):
    behind = ScriptedProviders()
    async with (
        open_service(Place(tmp_path, KEY), behind.open) as running,
        gateway(variables(running.addresses.api, LLM_SYSTEM_PROMPT="Be brief.")) as rig,
    ):
        for text in ("Hi", "Again"):
            async with rig.socket() as socket:
                await socket.configured(session_id="desk", tts={})
                await socket.say("text.prompt", text=text)
                reply = await socket.until("assistant.message")
                await socket.until("assistant.audio.end")
        async with httpx.AsyncClient(
            base_url=running.addresses.api, headers={"X-API-Key": KEY}
        ) as http:
            (thread,) = (await http.get("/threads?include_messages=true")).json()
    assert reply["text"] == "Hello there. How are you?"
    assert reply["metadata"]["thread_id"] == thread["thread_id"]
    assert [each["content"] for each in thread["messages"]][::2] == ["Hi", "Again"]
    assert "Be brief." in behind.language.requests[-1].system_prompt


async def test_barge_in_stops_the_run_and_the_next_turn_is_told_what_was_heard(tmp_path):
    behind = ScriptedProviders()
    behind.language.pieces = (TextDelta("One two. "), TextDelta("Three."))
    behind.language.pause()
    async with (
        open_service(Place(tmp_path, KEY), behind.open) as running,
        gateway(variables(running.addresses.api)) as rig,
        rig.socket() as socket,
    ):
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Count")
        await socket.until("assistant.audio.chunk")
        await socket.say("assistant.cancel", heard_ms=0)
        await socket.until("assistant.cancelled")
        while behind.language.closed == 0:
            await socket.say("ping")
            await socket.until("pong")
        behind.language.resume()
        await socket.say("text.prompt", text="Go on")
        await socket.until("assistant.message")
    told = behind.language.requests[-1].system_prompt
    assert "before hearing any of it" in told


async def test_barge_in_stops_a_run_that_has_no_name_yet(scripted):
    async with gateway(variables(scripted.base_url)) as rig, rig.socket() as socket:
        await socket.configured()
        await socket.say("text.prompt", text="Count")
        stream = await scripted.stream()
        await scripted.request()
        await stream.say("user_message", thread_id="t")
        await socket.say("assistant.cancel", heard_ms=0)
        await socket.until("assistant.cancelled")
        scripted.answer({"cancelled": True})
        await stream.say("run_started", run_id="r")
        assert (await scripted.request()).path == "/api/threads/t/runs/r/cancel"
        await stream.is_left()


async def test_a_thread_that_is_gone_is_begun_anew(scripted):
    async with gateway(variables(scripted.base_url)) as rig, rig.socket() as socket:
        await socket.configured()
        for thread_id in ("t1", "t2"):
            await socket.say("text.prompt", text="Hi")
            if thread_id == "t2":
                assert (await scripted.request()).body["thread_id"] == "t1"
            stream = await scripted.stream()
            asked = (await scripted.request()).body
            assert asked.get("thread_id") is None
            await stream.say("run_started", run_id="r", thread_id=thread_id)
            await stream.say("content_streaming", content="Hello.")
            await stream.say("run_ended", status="completed")
            await stream.end()
            assert (await socket.until("assistant.message"))["text"] == "Hello."
            scripted.answer({"detail": "Thread not found"}, status=404)
        scripted._answers.clear()


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([("run_failed", {"error": "The model sleeps."})], "The model sleeps."),
        ([("error", {"message": "No credits."})], "No credits."),
        ([], "ended before it began"),
        (
            [("tool_submit_required", {"run_id": "r", "tool_calls": []})],
            "tools",
        ),
    ],
)
async def test_a_bad_day_is_told_and_the_session_goes_on(scripted, events, words):
    async with gateway(variables(scripted.base_url)) as rig, rig.socket() as socket:
        await socket.configured()
        await socket.say("text.prompt", text="Hi")
        stream = await scripted.stream()
        for kind, fields in events:
            await stream.say(kind, **fields)
        await stream.end()
        assert words in (await socket.until("error"))["message"]
        scripted.answer({"detail": "Invalid or missing API key"}, status=401)
        scripted.answer({"detail": "Invalid or missing API key"}, status=401)
        await socket.say("text.prompt", text="Hi")
        error = await socket.until("error")
        assert error["code"] == "access.refused"
        assert KEY not in error["message"]


async def test_keys_of_clients_mean_nothing_to_backboard(scripted):
    allowed = variables(scripted.base_url, ALLOW_FRONTEND_BACKEND_AUTH="true")
    async with gateway(allowed) as rig, rig.socket() as socket:
        await socket.say("session.configure", backend={"api_key": "sk-client"})
        assert (await socket.until("error"))["code"] == "session.backend"
        await socket.configured(backend={"provider": "openai", "model": "gpt"})
        await socket.say("text.prompt", text="Hi")
        stream = await scripted.stream()
        asked = (await scripted.request()).body
        assert (asked["llm_provider"], asked["model_name"]) == ("openai", "gpt")
        await stream.end()
        await socket.until("error")
