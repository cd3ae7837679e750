"""A WebSocket of ElevenLabs: opened with the account's key, closed whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect

from desktop_app.client.errors import handshake_errors
from desktop_app.client.goodbye import say_goodbye
from desktop_app.client.socket_route import socket_route
from desktop_app.credentials import Secret
from desktop_app.errors import NetworkError, ProtocolError

_MAX_MESSAGE_BYTES = 8 << 20


async def open_socket(
    address: str, key: Secret, *, within_s: float, unreadable: NetworkError
) -> ClientConnection:
    """Connect.

    Args:
        within_s: How long the handshake may take.
        unreadable: Raised where what answers is no such socket.

    Raises:
        NetworkError, AccessError: See ``handshake_errors``.
    """
    try:
        with handshake_errors():
            return await connect(
                address,
                additional_headers={"xi-api-key": key.reveal()},
                user_agent_header="Parley",
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                open_timeout=within_s,
                close_timeout=1.0,
                ping_timeout=None,  # an answer may wait behind much speech
                **await socket_route(address),
            )
    except ProtocolError as error:
        raise unreadable from error


@asynccontextmanager
async def held(socket: ClientConnection) -> AsyncIterator[ClientConnection]:
    """The socket for as long as the block runs; closed after it."""
    try:
        yield socket
    finally:
        with suppress(OSError):
            await say_goodbye(socket)
