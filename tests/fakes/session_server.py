"""A server of JSON sessions on a real socket, whose every frame is the test's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

from tests.fakes.scripted_peer import LIMIT_S, ScriptedPeer


class SessionServer(ScriptedPeer):
    """Answers the first frame of each client with ``opening``; remembers what they sent.

    Attributes:
        opening: Frames after the configuration: objects as JSON, text and bytes as they are.
        status: Of a handshake that is refused; 101 takes everybody.
        path, headers: Of the last handshake.
        configuration: The last first frame.
        is_deaf: Nothing at all is read of a client.
        answers_pings: As the protocol asks; not every server does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.opening: list[Any] = [{"type": "session.begin", "session_id": "s", "thread_id": "t"}]
        self.status = HTTPStatus.SWITCHING_PROTOCOLS
        self.path = ""
        self.headers: dict[str, str] = {}
        self.configuration: Any = None
        self.is_deaf = False
        self.answers_pings = True

    @property
    def base_url(self) -> str:
        """Of the API that it is part of."""
        return f"http://127.0.0.1:{self._port}/api"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SessionServer]:
        """Listen on a free port."""
        async with serve(
            self._hold,
            "127.0.0.1",
            0,
            compression=None,
            close_timeout=1,
            process_request=self._admit,
        ) as self._server:
            yield self

    async def say(self, *frames: Any) -> None:
        """Send frames to the newest client."""
        client = await self._connected()
        for frame in frames:
            await client.send(_wire(frame))

    async def hears(self) -> Any:
        """The next frame of the newest client: parsed JSON, or bytes."""
        client = await self._connected()
        async with asyncio.timeout(LIMIT_S):
            return _read(await client.recv())

    async def is_left(self) -> None:
        """Return when the newest client has closed."""
        async with asyncio.timeout(LIMIT_S):
            await (await self._connected()).wait_closed()

    async def _hold(self, client: ServerConnection) -> None:
        self._clients.put_nowait(client)
        if self.is_deaf:
            client.transport.pause_reading()
        if not self.answers_pings:
            _silence_pongs(client)
        try:
            self.configuration = _read(await client.recv())
            for frame in self.opening:
                await client.send(_wire(frame))
        except ConnectionClosed:
            return
        await client.wait_closed()

    def _admit(self, client: ServerConnection, request: Request) -> Response | None:
        self.path = request.path
        self.headers = {name.lower(): value for name, value in request.headers.raw_items()}
        if self.status is not HTTPStatus.SWITCHING_PROTOCOLS:
            return client.respond(self.status, "No.\n")
        return None


def _silence_pongs(client: ServerConnection) -> None:
    send = client.protocol.send_frame

    def send_but_pongs(frame: Frame) -> None:
        if frame.opcode is not Opcode.PONG:
            send(frame)

    client.protocol.send_frame = send_but_pongs  # type: ignore[method-assign]  # a rare server


def _wire(frame: Any) -> str | bytes:
    return frame if isinstance(frame, str | bytes) else json.dumps(frame)


def _read(frame: str | bytes) -> Any:
    return json.loads(frame) if isinstance(frame, str) else frame
