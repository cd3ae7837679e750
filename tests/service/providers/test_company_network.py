"""Providers are reached through a company's proxy and believed by its certificates, too."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import NetworkError
from desktop_app.service.providers.elevenlabs.elevenlabs_socket import open_socket
from desktop_app.service.providers.remote_api import Remote, RemoteApi
from tests.client.test_company_network import (  # noqa: F401
    HOST,
    company,
    session_server,
    trusted,
    web_server,
)
from tests.fakes.proxy import Proxy


async def over_http():
    api = RemoteApi(Remote("a provider", f"https://{HOST}/v1", Secret("k")))
    try:
        async with api.stream("GET", "/x") as answer:
            return (await answer.aread()).decode()
    finally:
        await api.aclose()


async def over_a_socket():
    unreadable = NetworkError("network.lost", "Something else.", retryable=True)
    socket = await open_socket(f"wss://{HOST}/s", Secret("k"), within_s=5.0, unreadable=unreadable)
    try:
        await socket.send("{}")
        return await socket.recv()
    finally:
        await socket.close()


WAYS = pytest.mark.parametrize(
    ("server", "way"), [(web_server, over_http), (session_server, over_a_socket)]
)


@WAYS
async def test_bar_48_a_proxy_with_a_password_and_the_companys_certificates(
    trusted,  # noqa: F811
    monkeypatch,
    server,
    way,
):
    async with server() as port, Proxy({HOST: port}, password="secret").running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address("ada:secret@"))
        assert await way() in ('{"name":"ok"}', '{"type":"session.begin","session_id":"b"}')
        assert proxy.asked == [f"{HOST}:443"]


@WAYS
async def test_who_is_not_trusted_is_not_talked_to(
    company,  # noqa: F811
    monkeypatch,
    server,
    way,
):
    async with server() as port, Proxy({HOST: port}).running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address())
        with pytest.raises(NetworkError):
            await way()
        assert proxy.asked == [f"{HOST}:443"]
