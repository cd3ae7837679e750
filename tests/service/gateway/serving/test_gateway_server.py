"""A gateway's limits, its silence about what is said, and what is left when it ends."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

import pytest

from desktop_app.errors import InputError
from desktop_app.service.gateway import gateway_socket
from desktop_app.service.gateway.gateway_config import read_gateway_config
from desktop_app.service.gateway.serving.gateway_server import NoRecall, open_gateway, open_state
from desktop_app.service.providers.ports import TextDelta
from tests.fakes.openai_server import closed_port
from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import TOKEN, gateway

SOUND = b"\x00\x01" * 1600


async def test_a_session_ends_in_words_when_its_time_is_over():
    providers = ScriptedProviders()
    providers.language.pause()
    limits = {"GATEWAY_SESSION_LIMIT_S": "1"}
    with pytest.raises(InputError, match="from 10"):
        read_gateway_config(limits)
    async with gateway(providers=providers, session_s=1.0) as rig, rig.socket() as socket:
        await socket.say("session.configure")
        assert (await socket.until("session.configured"))["max_duration_seconds"] == 1.0
        await socket.say("text.prompt", text="Hi")
        error = await socket.until("error")
        assert (error["code"], error["fatal"]) == ("session.time_limit", True)
        await socket.connection.wait_closed()
        assert socket.connection.close_code == 1000
    assert providers.language.closed == 1, "nobody is asked for more"


async def test_a_client_that_does_not_read_gives_its_place_back_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(gateway_socket, "_GOODBYE_S", 0.2)
    providers = ScriptedProviders()
    providers.tts.is_endless = True
    async with (
        gateway(providers=providers, session_s=1.0) as rig,
        rig.socket(max_queue=1) as socket,
    ):
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.audio.start")
        while (await rig.metrics())["parley_sessions_open"]:
            pass
        made = providers.tts.made
        await rig.metrics()
        assert providers.tts.made == made
        socket.connection.transport.abort()


async def test_clients_behind_a_proxy_are_told_apart():
    one = {"X-Forwarded-For": "203.0.113.1"}
    two = {"X-Forwarded-For": "203.0.113.2"}
    limits = {"GATEWAY_SESSIONS_PER_CLIENT": "1"}
    async with gateway(limits, ScriptedProviders()) as rig, AsyncExitStack() as stack:
        said = []
        for headers in (one, two, one):
            opened = rig.socket(additional_headers=headers)
            socket = await stack.enter_async_context(opened)
            said.append((await socket.next())["type"])
        assert said == ["session.ready", "session.ready", "error"]
    strict = limits | {"GATEWAY_TRUSTED_PROXIES": "10.0.0.1"}
    async with gateway(strict, ScriptedProviders()) as rig, AsyncExitStack() as stack:
        said = []
        for headers in (one, two):
            opened = rig.socket(additional_headers=headers)
            socket = await stack.enter_async_context(opened)
            said.append((await socket.next())["type"])
        assert said == ["session.ready", "error"], "nobody's word is taken but a proxy's"


async def test_logs_hold_neither_words_nor_sound_nor_keys(caplog):
    caplog.set_level(logging.DEBUG)
    providers = ScriptedProviders()
    providers.stt.words = ("xylophone",)
    providers.language.pieces = (TextDelta("Marmalade. "),)
    async with gateway(providers=providers) as rig, rig.socket() as socket:
        await socket.configured(tts={}, session_id="whisper")
        await socket.hear(SOUND)
        await socket.say("audio.commit")
        await socket.until("assistant.audio.end")
        providers.language.failure = RuntimeError("a broken provider")
        await socket.say("text.prompt", text="xylophone")
        await socket.until("error")
        await rig.http.post("/v1/chat", json={"message": "xylophone"})
    ours = [each for each in caplog.records if each.name.startswith("desktop_app")]
    said = "\n".join(f"{each.getMessage()} {each.exc_info}" for each in ours)
    assert "A provider failed" in said
    for secret in ("xylophone", "Marmalade", TOKEN, "whisper"):
        assert secret not in said
    caplog.clear()


async def test_nothing_is_left_when_it_ends_in_mid_turn():
    providers = ScriptedProviders()
    providers.language.pause()
    providers.tts.is_endless = True
    before = asyncio.all_tasks()
    async with gateway(providers=providers) as rig, rig.socket() as socket:
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.audio.chunk")
    assert providers.language.closed == 1
    assert asyncio.all_tasks() - before == set()


async def test_a_fleet_whose_redis_is_away_does_not_start():
    config = read_gateway_config({"REDIS_URL": f"redis://127.0.0.1:{closed_port()}"})
    with pytest.raises(InputError, match="REDIS_URL") as refused:
        async with open_gateway(config, "127.0.0.1", 0, ScriptedProviders().open):
            pass
    assert refused.value.code == "gateway.redis"
    async with open_state("") as state:
        await state.check()


async def test_a_gateway_remembers_nothing_beyond_its_conversations():
    recall = NoRecall()
    assert await recall.search("a", "anything") == ()
    assert await recall.forget("a", "anything") == 0
    with pytest.raises(InputError):
        await recall.remember("a", "anything")
