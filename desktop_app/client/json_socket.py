"""A WebSocket whose session begins with a configuration and ``session.begin``."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidURI
from websockets.uri import parse_uri

from desktop_app.client.errors import closed, handshake_errors, socket_errors
from desktop_app.client.goodbye import say_goodbye
from desktop_app.client.pulse import Pulse
from desktop_app.client.socket_route import socket_route
from desktop_app.client.whole_messages import WholeMessageConnection
from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.wire import error_text
from desktop_app.protocol.json_faults import UNREADABLE

logger = logging.getLogger(__name__)

BEGIN_WITHIN_S = 15.0
"""For the connection and ``session.begin`` together."""

MAX_EARLY_EVENTS = 256
MAX_MESSAGE_BYTES = 8 << 20
CLOSE_TIMEOUT_S = 1.0

Event = dict[str, Any]


class JsonSocket:
    """A session that has begun. Event loop only; open it with ``open_json_socket``.

    Attributes:
        begin: The server's ``session.begin``, with every field that it has.
    """

    def __init__(self, socket: ClientConnection, begin: Event, early: deque[Event]) -> None:
        self.begin = begin
        self._socket = socket
        self._early = early
        self._is_closed = False
        self._pulse = Pulse(socket)

    async def send(self, value: Any) -> None:
        """One text frame.

        Raises:
            NetworkError: ``network.lost``: the connection is gone.
        """
        with socket_errors():
            await self._socket.send(msgspec.json.encode(value), text=True)

    async def send_sound(self, data: bytes) -> None:
        """One binary frame; waits while the peer does not keep up.

        Raises:
            NetworkError: ``network.lost``.
        """
        with socket_errors():
            await self._socket.send(data)

    async def ping(self) -> None:
        """Return when the peer's end of the WebSocket has answered (RFC 6455, 5.5.2).

        Raises:
            NetworkError: ``network.lost``.
        """
        with socket_errors():
            await (await self._socket.ping())

    async def sign_of_life(self) -> None:
        """Return when the peer has shown that it is there, though it may answer no pings.

        Raises:
            NetworkError: ``network.lost``.
        """
        await self._pulse.felt()

    async def events(self, *, idle_s: float | None = None) -> AsyncIterator[Event]:
        """What the server says, until it or we close normally. One reader at a time.

        Args:
            idle_s: How long it may say nothing; None for ever.

        Raises:
            NetworkError: ``network.lost``, or ``network.timeout`` after ``idle_s``.
            AccessError: It closed with 1008.
        """
        while self._early:
            yield self._early.popleft()
        while (frame := await self._received(idle_s)) is not None:
            event = _read(frame)
            if event is not None:
                yield event

    async def aclose(self) -> None:
        """Close within CLOSE_TIMEOUT_S. Idempotent."""
        self._is_closed = True
        await say_goodbye(self._socket)

    async def _received(self, idle_s: float | None) -> bytes | None:
        """The next frame; None after a normal close."""
        try:
            async with asyncio.timeout(idle_s):
                return await self._socket.recv(decode=False)
        except TimeoutError as error:
            text = f"The server said nothing for {idle_s:g} seconds."
            raise NetworkError("network.timeout", text, retryable=True) from error
        except ConnectionClosed as error:
            if self._is_closed or (error.rcvd is not None and error.rcvd.code == 1000):
                return None
            raise closed(error) from error


async def open_json_socket(
    url: str,
    configuration: Any,
    *,
    headers: dict[str, str] | None = None,
    takes_early_events: bool = False,
) -> JsonSocket:
    """Connect, send the configuration and wait for ``session.begin``.

    Args:
        url: May hold a key: it is in no error and no log.
        configuration: The first frame.
        headers: Of the handshake.
        takes_early_events: Whether others may come first; they are kept, up to a bound.

    Raises:
        NetworkError: ``network.unreachable``, ``network.lost``, ``network.timeout``;
            ``session.refused``: the server's reason.
        AccessError: The key was refused.
        ProtocolError: ``session.malformed``: what answers there does not begin a session.
    """
    _check(url)
    try:
        async with asyncio.timeout(BEGIN_WITHIN_S):
            with handshake_errors():
                socket = await connect(
                    url,
                    additional_headers=headers or {},
                    user_agent_header="Parley",
                    compression=None,
                    max_size=MAX_MESSAGE_BYTES,
                    open_timeout=None,  # both together have a limit
                    close_timeout=CLOSE_TIMEOUT_S,
                    ping_interval=None,  # who holds the line asks for signs of life
                    **await socket_route(url),
                )
            assert isinstance(socket, WholeMessageConnection)
            socket.read_ahead()
            try:
                return await _begun(socket, configuration, takes_early_events)
            except BaseException:
                await say_goodbye(socket)
                raise
    except TimeoutError as error:
        text = f"The server did not begin a session within {BEGIN_WITHIN_S:g} seconds."
        raise NetworkError("network.timeout", text, retryable=True) from error


async def _begun(
    socket: ClientConnection, configuration: Any, takes_early_events: bool
) -> JsonSocket:
    early: deque[Event] = deque()
    with handshake_errors():
        with suppress(ConnectionClosed):  # who refuses at once says why, and waits for nothing
            await socket.send(msgspec.json.encode(configuration), text=True)
        while True:
            event = _read(await socket.recv(decode=False)) or {}
            kind = event.get("type")
            if kind == "session.begin":
                return JsonSocket(socket, event, early)
            if kind == "error":
                raise _refusal(event)
            if not takes_early_events or not kind or len(early) >= MAX_EARLY_EVENTS:
                raise ProtocolError(
                    "session.malformed", "What answers there does not begin a session."
                )
            early.append(event)


def _check(url: str) -> None:
    try:
        parse_uri(url)
    except (InvalidURI, ValueError):
        # Without its cause, whose text would tell the key.
        raise ProtocolError("session.malformed", "The address of the server is none.") from None


def _refusal(event: Event) -> NetworkError:
    said = error_text(event, 0)
    text = "The server refused the session." if said == "HTTP 0" else said
    if event.get("code") in (401, 403, "access.refused"):
        return AccessError("access.refused", text)
    return NetworkError("session.refused", text)


def _read(frame: bytes) -> Event | None:
    try:
        event = msgspec.json.decode(frame)
    except UNREADABLE:
        event = None
    if isinstance(event, dict):
        return event
    logger.info("A frame that cannot be read was skipped.")
    return None
