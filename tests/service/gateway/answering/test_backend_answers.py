"""An existing chat backend behind a gateway, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from desktop_app.service.gateway.answering import backend_answers
from tests.fakes.http_server import HttpAnswer, HttpRequest, HttpServer, http_server, json_answer
from tests.service.gateway_rig import gateway

LIMIT_S = 10
LLM = {"LLM_PROVIDER": "custom", "LLM_API_KEY": "sk-llm", "LLM_BASE_URL": "https://llm.example"}


@dataclass
class Backend:
    """Gives out registrations r1, r2, ... and answers to those that it has not forgotten."""

    server: HttpServer
    known: list[str] = field(default_factory=list)

    def of(self, path: str) -> list[HttpRequest]:
        return [each for each in self.server.requests if each.path == path]

    def respond(self, request: HttpRequest) -> HttpAnswer:
        body = request.json()
        if request.path == "/v1/register":
            self.known.append(f"r{len(self.of('/v1/register'))}")
            return json_answer({"data": {"registrationId": self.known[-1]}})
        if body["registration_id"] not in self.known:
            return json_answer({"detail": "unknown registration"}, 404)
        return json_answer({"reply": f"You said {body['message']}.", "mood": "fine"})


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with http_server(lambda request: own.respond(request)) as server:
        own = Backend(server)
        yield own


def variables(backend: Backend, **more: str) -> dict[str, str]:
    return {"BACKEND_BASE_URL": backend.server.url, "BACKEND_API_KEY": "sk-b"} | more


async def ask(socket, text="Hi"):
    await socket.say("text.prompt", text=text)
    return await socket.until("assistant.message")


async def registered(backend, socket, times=1, /, **groups):
    """Configure, and wait until the backend was asked for a registration."""
    await socket.configured(**groups)
    async with asyncio.timeout(LIMIT_S):
        while len(backend.of("/v1/register")) < times:
            await socket.say("ping")
            await socket.until("pong")


async def test_a_turn_is_one_chat_with_the_cached_registration(backend):
    async with gateway(variables(backend, **LLM)) as rig:
        for _ in range(2):
            async with rig.socket() as socket:
                await socket.configured(session_id="desk", tts={})
                reply = await ask(socket)
                await socket.until("assistant.audio.end")
    assert (reply["text"], reply["metadata"]["mood"]) == ("You said Hi.", "fine")
    (registered,) = backend.of("/v1/register")
    assert registered.json() == {
        "provider": "custom",
        "api_key": "sk-llm",
        "base_url": "https://llm.example",
    }
    assert registered.headers["authorization"] == "Bearer sk-b"
    chats = [each.json() for each in backend.of("/v1/chat")]
    assert chats == [{"registration_id": "r1", "session_id": "desk", "message": "Hi"}] * 2


async def test_a_ready_registration_needs_no_other(backend):
    backend.known = ["ready", "clients"]
    ready = variables(backend, DEFAULT_REGISTRATION_ID="ready", **LLM)
    async with gateway(ready) as rig, rig.socket() as socket:
        await socket.configured()
        await ask(socket)
        await socket.configured(backend={"registration_id": "clients"})
        await ask(socket)
    assert [each.json()["registration_id"] for each in backend.of("/v1/chat")] == [
        "ready",
        "clients",
    ]
    assert backend.of("/v1/register") == []


async def test_a_forgotten_registration_is_renewed_once(backend):
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await socket.configured()
        await ask(socket)
        backend.known.clear()
        assert (await ask(socket, "Again"))["text"] == "You said Again."
        assert [each.json()["registration_id"] for each in backend.of("/v1/chat")] == [
            "r1",
            "r1",
            "r2",
        ]
        backend.known.clear()
        backend.server.plan(
            json_answer({"detail": "gone"}, 410),
            json_answer({"registration_id": "r9"}),
            json_answer({"detail": "gone"}, 410),
        )
        await socket.say("text.prompt", text="Hi")
        assert "410" in (await socket.until("error"))["message"]
        assert len(backend.of("/v1/chat")) == 5, "and not once more"


async def test_a_named_registration_that_is_unknown_is_told(backend):
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await socket.configured(backend={"registration_id": "nobody's"})
        await socket.say("text.prompt", text="Hi")
        assert "unknown registration" in (await socket.until("error"))["message"]
        assert backend.of("/v1/register") == []


async def test_sessions_that_begin_together_register_once(backend):
    async with gateway(variables(backend, **LLM)) as rig:

        async def talk() -> None:
            async with rig.socket() as socket:
                await socket.configured()
                await ask(socket)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(10):
                tasks.create_task(talk())
    assert len(backend.of("/v1/register")) == 1
    assert len(backend.of("/v1/chat")) == 10


async def test_clients_settings_are_registered_where_they_may_be(backend):
    own = {"provider": "custom", "api_key": "sk-client", "base_url": "https://93.184.216.34"}
    allowed = variables(backend, ALLOW_FRONTEND_BACKEND_AUTH="true")
    async with gateway(allowed) as rig, rig.socket() as socket:
        await socket.say("session.configure")
        assert (await socket.until("error"))["code"] == "backend.no_registration"
        await socket.configured(backend=own)
        await ask(socket)
    assert backend.of("/v1/register")[0].json() == own


async def test_clients_settings_are_refused_where_they_may_not(backend):
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await socket.say("session.configure", backend={"model": "large"})
        assert (await socket.until("error"))["code"] == "session.backend"
    assert backend.server.requests == []


async def test_a_prompt_of_a_client_has_a_registration_of_its_own(backend):
    allowed = variables(backend, ALLOW_FRONTEND_SYSTEM_PROMPT="true", **LLM)
    async with gateway(allowed) as rig, rig.socket() as socket:
        await registered(backend, socket, backend={"system_prompt": "Rhyme."})
        await registered(backend, socket, 2)
    bodies = [each.json() for each in backend.of("/v1/register")]
    assert [body.get("system_prompt") for body in bodies] == ["Rhyme.", None]
    assert {body["api_key"] for body in bodies} == {"sk-llm"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"detail": "no"}, 401), "refused the key"),
        (json_answer({"detail": "down"}, 503), "down"),
        (HttpAnswer(content_type="text/html", pieces=(b"<html>",)), "understood"),
        (json_answer({"text": ""}), "without any text"),
        (HttpAnswer(pieces=(b'{"te',), is_cut=True), "broke off"),
    ],
)
async def test_a_bad_day_of_the_backend_is_told_and_the_session_goes_on(backend, answer, words):
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await registered(backend, socket, tts={})
        backend.server.plan(answer)
        await socket.say("text.prompt", text="Hi")
        error = await socket.until("error")
        assert words in error["message"]
        assert "sk-" not in error["message"]
        assert (await ask(socket))["text"] == "You said Hi."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"detail": "Not Found"}, 404), "makes no registrations"),
        (json_answer({"detail": "bad model"}, 422), "bad model"),
        (json_answer({"detail": "down"}, 503), "down"),
        (json_answer({"id": ""}), "gave no registration"),
    ],
)
async def test_a_backend_that_registers_nobody_is_told_by_the_turn_that_needs_it(
    backend, answer, words, caplog
):
    backend.server.plan(answer, answer)
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await socket.configured()
        async with asyncio.timeout(LIMIT_S):
            while "could not be prepared" not in caplog.text:
                await socket.say("ping")
                await socket.until("pong")
        assert "error" not in socket.kinds()
        await socket.say("text.prompt", text="Hi")
        assert words in (await socket.until("error"))["message"]
        assert (await ask(socket))["text"] == "You said Hi."
    caplog.clear()


async def test_a_registration_that_fails_while_a_turn_waits_for_it_is_told_once(backend, caplog):
    fails = asyncio.Event()
    answer = replace(json_answer({"detail": "down"}, 503), waits_for=fails)
    backend.server.plan(answer)
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await registered(backend, socket)
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.started")
        fails.set()
        assert "down" in (await socket.until("error"))["message"]
        assert (await ask(socket, "Again"))["text"] == "You said Again."
        assert socket.kinds().count("error") == socket.kinds().count("assistant.message") == 1
    caplog.clear()


async def test_a_slow_registration_holds_up_nothing_but_turns_and_outlives_who_waits_for_it(
    backend, monkeypatch
):
    monkeypatch.setattr(backend_answers, "REGISTERED_WITHIN_S", 0.05)
    is_done = asyncio.Event()
    backend.known = ["slow"]
    backend.server.plan(replace(json_answer({"id": "slow"}), waits_for=is_done))
    async with gateway(variables(backend, **LLM)) as rig:
        async with rig.socket() as socket:
            await registered(backend, socket)
            await socket.hear(bytes(640))
            await socket.say("audio.commit")
            await socket.until("transcript.committed")
            await socket.say("text.prompt", text="Hi")
            assert "not registered" in (await socket.until("error"))["message"]
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.started")
            await socket.say("assistant.cancel")
            await socket.until("assistant.cancelled")
            await socket.configured()
            await socket.say("session.close")
            await socket.connection.wait_closed()
        monkeypatch.setattr(backend_answers, "REGISTERED_WITHIN_S", LIMIT_S)
        is_done.set()
        async with rig.socket() as socket:
            await socket.configured()
            assert (await ask(socket))["text"] == "You said Hi."
    assert len(backend.of("/v1/register")) == 1


async def test_a_gateway_that_ends_waits_for_no_registration(backend):
    backend.server.plan(HttpAnswer(pieces=(b"{",), is_endless=True))
    async with asyncio.timeout(LIMIT_S):
        async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
            await registered(backend, socket)
        while not backend.server.closed:  # noqa: ASYNC110  (a connection's other end)
            await asyncio.sleep(0.005)


async def test_barge_in_hangs_up_at_the_backend(backend):
    async with gateway(variables(backend, **LLM)) as rig, rig.socket() as socket:
        await registered(backend, socket)
        await ask(socket)
        asked = len(backend.of("/v1/chat"))
        closed = backend.server.closed
        backend.server.plan(HttpAnswer(pieces=(b"{",), is_endless=True))
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.started")
        while len(backend.of("/v1/chat")) == asked:
            await socket.say("ping")
            await socket.until("pong")
        await socket.say("assistant.cancel")
        await socket.until("assistant.cancelled")
        while backend.server.closed == closed:
            await socket.say("ping")
            await socket.until("pong")
        await ask(socket)
