"""A language model that is asked directly, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from desktop_app.errors import NetworkError
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.runs.history import CUT_HERE, STOPPED_HERE
from tests.fakes.openai_server import OpenAiServer, openai_server
from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import gateway

KEY = "sk-operator"


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        running.stream(
            '{"choices":[{"delta":{"content":"Hello "}}]}',
            '{"choices":[{"delta":{"content":"there."},"finish_reason":"stop"}]}',
            '{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}',
            "[DONE]",
        )
        yield running


def direct(server: OpenAiServer, **more: str) -> dict[str, str]:
    own = {"LLM_BASE_URL": server.url, "LLM_API_KEY": KEY, "LLM_MODEL": "own"}
    return own | {"LLM_SYSTEM_PROMPT": "Be brief."} | more


def asked(server: OpenAiServer) -> list[dict]:
    return [each.json for each in server.asked_of("/v1/chat/completions")]


def said(body: dict) -> list[tuple[str, str]]:
    return [(each["role"], each["content"]) for each in body["messages"]]


async def test_a_session_goes_on_with_its_conversation(server):
    async with gateway(direct(server)) as rig:
        for text in ("Hi", "And you?"):
            async with rig.socket() as socket:
                await socket.configured(session_id="desk")
                await socket.say("text.prompt", text=text)
                reply = await socket.until("assistant.message")
        async with rig.socket() as socket:
            await socket.configured(session_id="another")
            await socket.say("text.prompt", text="Who is there?")
            await socket.until("assistant.message")
    assert (reply["text"], reply["turn_id"]) == ("Hello there.", 1)
    facts = reply["metadata"]
    assert (facts["model_name"], facts["input_tokens"], facts["output_tokens"]) == ("own", 9, 2)
    first, second, third = asked(server)
    assert said(first) == [("system", "Be brief."), ("user", "Hi")]
    assert said(second)[1:] == [
        ("user", "Hi"),
        ("assistant", "Hello there."),
        ("user", "And you?"),
    ]
    assert said(third)[1:] == [("user", "Who is there?")], "sessions are isolated"
    assert KEY in server.asked_of("/v1/chat/completions")[0].head


async def test_the_next_turn_knows_how_far_the_last_was_heard():
    providers = ScriptedProviders()
    async with gateway(providers=providers) as rig, rig.socket() as socket:
        providers.language.pieces = (TextDelta("One. "), TextDelta("Two."))
        providers.language.pause()
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Count")
        await socket.until("assistant.audio.chunk")
        await socket.say("assistant.cancel", turn_id=1, heard_ms=0)
        await socket.until("assistant.cancelled")
        providers.language.resume()
        await socket.say("text.prompt", text="Go on")
        await socket.until("assistant.audio.end")
        await socket.say("assistant.cancel", turn_id=2, heard_ms=40)
        await socket.until("assistant.cancelled")
        await socket.say("text.prompt", text="Now?")
        while (await socket.until("assistant.message"))["turn_id"] != 3:
            pass
    first, second, third = (request.history for request in providers.language.requests)
    assert [each.content for each in first] == ["Count"]
    assert [each.content for each in second] == ["Count", CUT_HERE, "Go on"]
    heard = third[3].content
    assert heard.endswith(CUT_HERE)
    assert "Two" not in heard


async def test_barge_in_lets_go_of_the_model_and_keeps_what_was_written():
    providers = ScriptedProviders()
    providers.language.pause()
    async with gateway(providers=providers) as rig, rig.socket() as socket:
        await socket.configured()
        await socket.say("text.prompt", text="One")
        await socket.until("assistant.delta")
        await socket.say("assistant.cancel")
        await socket.until("assistant.cancelled")
        assert providers.language.closed == 1
        await socket.say("text.prompt", text="Two")
        await socket.until("assistant.delta")
        await socket.say("text.prompt", text="Three")
        assert (await socket.until("assistant.cancelled"))["turn_id"] == 2
        assert providers.language.closed == 2
        providers.language.resume()
        await socket.until("assistant.message")
    history = [each.content for each in providers.language.requests[2].history]
    stopped = f"Hello there. {STOPPED_HERE}"
    assert history == ["One", stopped, "Two", stopped, "Three"]


async def test_a_client_that_leaves_costs_nothing_more():
    providers = ScriptedProviders()
    providers.language.pause()
    async with gateway(providers=providers) as rig:
        async with rig.socket() as socket:
            await socket.configured(session_id="s")
            await socket.say("text.prompt", text="One")
            await socket.until("assistant.delta")
        async with rig.socket() as socket:
            providers.language.resume()
            await socket.configured(session_id="s")
            while providers.language.closed == 0:
                await socket.say("ping")
                await socket.until("pong")
            await socket.say("text.prompt", text="Two")
            await socket.until("assistant.message")
    assert providers.language.requests[1].history[0].content == "One"


async def test_a_model_that_fails_is_told_and_its_turn_is_forgotten():
    providers = ScriptedProviders()
    providers.language.rounds = [()]
    providers.language.failure = NetworkError("http.500", "The model is gone.")
    async with gateway(providers=providers) as rig, rig.socket() as socket:
        await socket.configured()
        await socket.say("text.prompt", text="One")
        error = await socket.until("error")
        assert (error["message"], error["code"]) == ("The model is gone.", "http.500")
        providers.language.failure = None
        providers.language.rounds = [()]
        await socket.say("text.prompt", text="Two")
        assert (await socket.until("error"))["code"] == "language.empty"
        await socket.say("text.prompt", text="Three")
        await socket.until("assistant.message")
    assert [each.content for each in providers.language.requests[2].history] == ["Three"]


@pytest.mark.parametrize(
    "backend",
    [
        {"provider": "openai"},
        {"model": "large"},
        {"api_key": "sk-client"},
        {"base_url": "https://93.184.216.34"},
        {"system_prompt": "Be rude."},
    ],
)
async def test_clients_choose_nothing_where_they_may_not(backend):
    async with gateway(providers=ScriptedProviders()) as rig, rig.socket() as socket:
        await socket.say("session.configure", backend=backend)
        error = await socket.until("error")
        assert error["code"] == "session.backend"
        assert "sk-client" not in error["message"]
        answer = await rig.http.post("/v1/register", json=backend)
        assert answer.status_code == 400
        await socket.configured()


async def test_a_client_may_bring_its_own_model_where_it_may(server):
    async with openai_server() as brought:
        brought.stream('{"choices":[{"delta":{"content":"Mine."}}]}', "[DONE]")
        settings = direct(server, ALLOW_FRONTEND_BACKEND_AUTH="true", GATEWAY_ALLOW_LOCAL_URLS="1")
        async with gateway(settings) as rig, rig.socket() as socket:
            for key in ("sk-client", ""):
                await socket.configured(
                    backend={"provider": "custom", "api_key": key, "base_url": brought.url}
                )
                await socket.say("text.prompt", text="Hi")
                assert (await socket.until("assistant.message"))["text"] == "Mine."
            await socket.configured(backend={"model": "large", "system_prompt": "Be rude."})
            await socket.say("text.prompt", text="Hi")
            assert (await socket.until("assistant.message"))["text"] == "Hello there."
            await socket.configured(backend={"api_key": "sk-client"})
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.message")
        first, second = brought.asked_of("/v1/chat/completions")
        assert "sk-client" in first.head
        assert KEY not in first.head + second.head, "the operator's key stays here"
    own, lent = server.asked_of("/v1/chat/completions")
    assert (own.json["model"], said(own.json)[0]) == ("large", ("system", "Be rude."))
    assert "sk-client" in lent.head


async def test_a_client_cannot_lead_into_our_network(server):
    settings = direct(server, ALLOW_FRONTEND_BACKEND_AUTH="true")
    async with gateway(settings) as rig, rig.socket() as socket:
        await socket.say("session.configure", backend={"base_url": server.url})
        assert (await socket.until("error"))["code"] == "gateway.client_url"
        answer = await rig.http.post("/v1/register", json={"base_url": "https://localhost"})
        assert answer.status_code == 400
    assert server.asked == []


async def test_a_registration_carries_its_settings_to_other_sessions(server):
    async with gateway(direct(server, ALLOW_FRONTEND_SYSTEM_PROMPT="yes")) as rig:
        answer = await rig.http.post("/v1/register", json={"system_prompt": "Rhyme."})
        name = answer.json()["registration_id"]
        again = await rig.http.post("/v1/register", json={"system_prompt": "Rhyme."})
        assert again.json()["registration_id"] == name
        async with rig.socket() as socket:
            await socket.configured(backend={"registration_id": name})
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.message")
            await socket.say("session.configure", backend={"registration_id": "unknown"})
            assert (await socket.until("error"))["code"] == "backend.not_registered"
    assert said(asked(server)[0])[0] == ("system", "Rhyme.")


async def test_what_is_built_in_answers_where_nothing_is_set():
    async with gateway() as rig, rig.socket() as socket:
        await socket.say("session.configure")
        await socket.until("session.configured")
        await socket.say("text.prompt", text="what is seven times eight")
        assert "56" in (await socket.until("assistant.message"))["text"]
        await socket.say("text.prompt", text="remember that my name is Ada")
        assert (await socket.until("assistant.message"))["text"]
