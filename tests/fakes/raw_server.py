"""A server whose every byte the test writes: real sockets, one ``Line`` for each connection."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Of ``localhost`` and ``127.0.0.1``, signed by itself, with its key."""

LIMIT_S = 10.0


class Line:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def head(self) -> bytes:
        """The head of the next request, with the blank line."""
        async with asyncio.timeout(LIMIT_S):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def read(self, count: int) -> bytes:
        """So many bytes of its body."""
        async with asyncio.timeout(LIMIT_S):
            return await self.reader.readexactly(count)

    async def say(self, data: bytes) -> None:
        """Send it, waiting until the system has taken it."""
        self._writer.write(data)
        await self._writer.drain()

    def hang_up(self) -> None:
        """Close; with a reset, where something is unread."""
        self._writer.close()

    def reset(self) -> None:
        """Close so that the peer sees an error."""
        line: socket.socket = self._writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def is_left(self) -> None:
        """Return when the client has closed; whatever it still sends is read."""
        async with asyncio.timeout(LIMIT_S):
            try:
                while await self.reader.read(1 << 20):
                    pass
            except ConnectionError:
                return


class RawServer:
    """Listens on a free port.

    Attributes:
        url: Of its root.
        lines: How many connections there have been.
    """

    def __init__(self) -> None:
        self.url = ""
        self.lines = 0
        self._waiting: asyncio.Queue[Line] = asyncio.Queue()
        self._all: list[Line] = []

    async def line(self) -> Line:
        """The next connection, waiting for it."""
        async with asyncio.timeout(LIMIT_S):
            return await self._waiting.get()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        self.lines += 1
        self._all.append(line)
        self._waiting.put_nowait(line)

    @asynccontextmanager
    async def running(self, *, is_secured: bool = False) -> AsyncIterator[RawServer]:
        """Until the block ends."""
        context = None
        if is_secured:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        self.url = f"{'https' if is_secured else 'http'}://127.0.0.1:{port}/"
        async with server:
            yield self
            for line in self._all:
                line.hang_up()
