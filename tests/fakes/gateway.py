"""A voice gateway on a real socket, whose every word is the test's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from desktop_app.protocol.gateway import GatewayReady, GatewayServerMessage, encode
from tests.fakes.scripted_peer import LIMIT_S, ScriptedPeer


class ScriptedGateway(ScriptedPeer):
    """Takes one client after the other; remembers what they sent.

    Attributes:
        key: The Bearer token it asks for; empty takes anybody.
        greets_with: Its first message, or raw text; None says nothing.
        closes_after: What it says behind its greeting, before it closes; None lets it go on.
        headers: Of the last client's handshake.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.greets_with: GatewayServerMessage | str | None = GatewayReady()
        self.closes_after: GatewayServerMessage | None = None
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://127.0.0.1:{self._port}/v1/voice/ws"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedGateway]:
        """Listen on a free port."""
        async with serve(
            self._hold,
            "127.0.0.1",
            0,
            compression=None,
            max_queue=None,
            close_timeout=1,
            process_request=self._admit,
        ) as self._server:
            yield self

    async def say(self, *messages: GatewayServerMessage | str) -> None:
        """Send messages, or raw text, to the newest client."""
        client = await self._connected()
        for message in messages:
            text = message if isinstance(message, str) else encode(message).decode()
            await client.send(text)

    async def hears(self) -> Any:
        """The next frame of the newest client: parsed JSON, or bytes."""
        client = await self._connected()
        async with asyncio.timeout(LIMIT_S):
            frame = await client.recv()
        return json.loads(frame) if isinstance(frame, str) else frame

    async def expect(self, kind: str) -> dict[str, Any]:
        """The next JSON message of that type; frames before it are skipped."""
        while True:
            heard = await self.hears()
            if isinstance(heard, dict) and heard.get("type") == kind:
                return heard

    async def _hold(self, client: ServerConnection) -> None:
        try:
            if self.greets_with is not None:
                first = self.greets_with
                await client.send(first if isinstance(first, str) else encode(first).decode())
            if self.closes_after is not None:
                await client.send(encode(self.closes_after).decode())
                await client.close()
        except ConnectionClosed:
            return
        self._clients.put_nowait(client)
        await client.wait_closed()

    def _admit(self, client: ServerConnection, request: Request) -> Response | None:
        self.headers = dict(request.headers.raw_items())
        if self.key and self.headers.get("Authorization") != f"Bearer {self.key}":
            return client.respond(HTTPStatus.UNAUTHORIZED, "Wrong key.\n")
        return None
