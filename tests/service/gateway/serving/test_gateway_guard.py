"""Who is let in to a gateway."""

from __future__ import annotations

import httpx
import pytest

from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import TOKEN, gateway

ONLY = {"/v1/chat": 405, "/v1/register": 405, "/metrics": 200}


async def test_there_is_the_gateway_and_nothing_else():
    async with gateway(providers=ScriptedProviders()) as rig:
        for path, status in ONLY.items():
            assert (await rig.http.get(path)).status_code == status
        for path in ("/api/threads", "/openapi.json", "/", "/v1/voice/ws", "/docs"):
            assert (await rig.http.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/metrics", "/v1/chat", "/v1/register", "/nothing"])
async def test_without_the_token_nothing_is_told(path):
    async with gateway(providers=ScriptedProviders()) as rig:
        for token in ("", " wrong", f" {TOKEN}x", f" {TOKEN[:-1]}"):
            headers = {"Authorization": f"Bearer{token}"}
            answer = await rig.http.post(path, json={}, headers=headers)
            assert answer.status_code == 401
        for open_path in ("/health", "/test"):
            answer = await rig.http.get(open_path, headers={"Authorization": ""})
            assert answer.status_code == 200


async def test_a_socket_without_the_token_is_closed_with_1008():
    async with gateway(providers=ScriptedProviders()) as rig:
        for query in ("", "?token=wrong", f"?token={TOKEN}x"):
            async with rig.socket(query) as socket:
                assert (await socket.next())["code"] == "access.refused"
                await socket.connection.wait_closed()
                assert socket.connection.close_code == 1008
        headers = {"Authorization": f"bearer {TOKEN}"}
        async with rig.socket("", additional_headers=headers) as socket:
            assert (await socket.next())["type"] == "session.ready"


async def test_web_pages_come_in_where_they_are_named_or_ours():
    named = {"GATEWAY_ORIGINS": "https://app.example"}
    async with gateway(named, ScriptedProviders()) as rig:
        own = f"http://{httpx.URL(rig.voice).netloc.decode()}"
        for origin, kind in (
            ("https://app.example", "session.ready"),
            (own, "session.ready"),
            ("https://evil.example", "error"),
            ("null", "error"),
        ):
            async with rig.socket(origin=origin) as socket:
                assert (await socket.next())["type"] == kind, origin


async def test_without_a_token_only_names_of_this_computer_are_answered_to():
    """A page whose name turns out to be this computer is not let in (DNS rebinding)."""
    evil = {"Host": "evil.example", "Origin": "http://evil.example"}
    async with gateway({"GATEWAY_TOKEN": ""}, ScriptedProviders()) as rig:
        assert (await rig.http.get("/metrics")).status_code == 200
        for headers in ({"Host": "evil.example"}, evil):
            assert (await rig.http.get("/metrics", headers=headers)).status_code == 403
    async with gateway(providers=ScriptedProviders()) as rig:
        answer = await rig.http.get("/metrics", headers={"Host": "voice.example.com"})
        assert answer.status_code == 200, "behind a proxy the token is what counts"
