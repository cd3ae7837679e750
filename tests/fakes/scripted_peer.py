"""A server on a real socket that holds its clients, and what can happen to their lines."""

from __future__ import annotations

import asyncio
import socket
import struct

from websockets.asyncio.server import Server, ServerConnection

LIMIT_S = 5.0


class ScriptedPeer:
    """Takes one client after the other; each of them is turned to as it comes."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._clients: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self._client: ServerConnection | None = None

    @property
    def _port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def freeze(self) -> None:
        """Read nothing more of the newest client, as if the network were away."""
        (await self._connected()).transport.pause_reading()

    async def thaw(self) -> None:
        """Undo ``freeze``."""
        (await self._connected()).transport.resume_reading()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the newest client's connection in good order."""
        await (await self._connected()).close(code, reason)

    async def vanish(self) -> None:
        """Break the newest client's connection without a word."""
        (await self._connected()).transport.abort()

    async def reset(self) -> None:
        """Break the newest client's connection as a network does that resets it."""
        client = await self._connected()
        hard = struct.pack("ii", 1, 0)
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, hard
        )
        client.transport.abort()

    async def next_client(self) -> None:
        """Turn to the client that comes, or came, after the newest."""
        async with asyncio.timeout(LIMIT_S):
            self._client = await self._clients.get()

    async def connection(self) -> ServerConnection:
        """The newest client's, for a test that must reach below it."""
        return await self._connected()

    async def _connected(self) -> ServerConnection:
        async with asyncio.timeout(LIMIT_S):
            while self._client is None or not self._clients.empty():
                self._client = await self._clients.get()
        return self._client
