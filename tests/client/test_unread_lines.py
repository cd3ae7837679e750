"""A peer that holds the line and reads nothing: little is kept for it, and it is left in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from desktop_app.client import json_socket
from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.json_socket import open_json_socket
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.realtime_transport import RealtimeTerms, open_realtime
from desktop_app.client.voice_socket_transport import open_voice_transport
from desktop_app.engine.ports import Transport
from desktop_app.errors import NetworkError
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol.commands import AppendAudio, ConfigureSession, SpeechInput
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.session_server import SessionServer

LIMIT_S = 5.0
SECOND = bytes(32_000)
MOST_KEPT_BYTES = 128 << 10
SESSION = ConfigureSession("t", SpeechInput(), None)


class Line:
    """A transport, the socket below it and the peer at its end."""

    def __init__(self, peer: Any, transport: Transport, socket: ClientConnection) -> None:
        self.peer = peer
        self.transport = transport
        self.kept = socket.transport.get_write_buffer_size

    async def fill(self) -> None:
        """Say more than anybody on the way takes."""
        await self.peer.freeze()
        with pytest.raises(TimeoutError):
            await self._say_on()

    async def _say_on(self) -> None:
        for _ in range(2_000):
            async with asyncio.timeout(0.3):
                await self.transport.send(AppendAudio(1, SECOND))


@asynccontextmanager
async def gateway() -> AsyncIterator[Line]:
    async with ScriptedGateway().running() as peer:
        transport = await open_gateway(GatewayAddress(peer.url), SESSION)
        await peer.expect("session.configure")
        yield Line(peer, transport, transport._socket)


@asynccontextmanager
async def voice_socket() -> AsyncIterator[Line]:
    async with session_server() as (peer, address, api):
        transport = await open_voice_transport(api, address, SESSION, MessageTerms())
        yield Line(peer, transport, transport._socket._socket._socket)


@asynccontextmanager
async def realtime() -> AsyncIterator[Line]:
    terms = RealtimeTerms("openai", "gpt-realtime", "", resample_capture, resample_speech)
    async with session_server() as (peer, address, api):
        transport = await open_realtime(api, address, SESSION, terms)
        yield Line(peer, transport, transport._socket._socket._socket)


@asynccontextmanager
async def session_server() -> AsyncIterator[tuple[SessionServer, ApiAddress, BackboardApi]]:
    async with SessionServer().running() as peer:
        address = ApiAddress(peer.base_url, "k")
        async with BackboardApi(address) as api:
            yield peer, address, api


@pytest.fixture(params=[gateway, voice_socket, realtime])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    async with request.param() as opened:
        yield opened
        await opened.peer.vanish()
        await opened.transport.aclose()


async def test_no_more_is_kept_for_it_than_a_few_seconds_of_sound(line: Line):
    await line.fill()
    assert line.kept() <= MOST_KEPT_BYTES


async def test_it_gives_no_sign_of_life(line: Line):
    await line.fill()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.transport.sign_of_life(), 0.3)


async def test_it_is_left_though_no_goodbye_can_be_said(line: Line):
    await line.fill()
    async with asyncio.timeout(LIMIT_S):
        await line.transport.aclose()
    with pytest.raises(NetworkError):
        await line.transport.send(AppendAudio(1, SECOND))


async def test_it_is_left_in_the_midst_of_a_word(line: Line):
    await line.fill()
    saying = asyncio.create_task(line.transport.send(AppendAudio(1, SECOND)))
    async with asyncio.timeout(LIMIT_S):
        await line.transport.aclose()
        with suppress(NetworkError):
            await saying


async def test_what_does_not_even_read_the_configuration_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_socket, "BEGIN_WITHIN_S", 0.5)
    async with SessionServer().running() as peer:
        peer.is_deaf = True
        url = peer.base_url.replace("http", "ws")
        opening = open_json_socket(url, {"system_prompt": "x" * (16 << 20)})
        with pytest.raises(NetworkError):
            await asyncio.wait_for(opening, LIMIT_S)
