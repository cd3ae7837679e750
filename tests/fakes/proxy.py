"""A company's proxy on loopback: carries CONNECT, may want a name and a password."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

Route = tuple[str, int]


class Proxy:
    """Connects clients with loopback ports, whatever names they ask for.

    Attributes:
        asked: ``host:port`` of each CONNECT that was let through.
        refused: How many were not, for want of the right password.
    """

    def __init__(self, routes: Mapping[str, int], *, password: str = "") -> None:
        self.asked: list[str] = []
        self.refused = 0
        self.port = 0
        self._routes = routes
        self._wanted = base64.b64encode(f"ada:{password}".encode()).decode() if password else ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def address(self, who: str = "") -> str:
        return f"http://{who}127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if self._wanted and f"Basic {self._wanted}" not in head:
                self.refused += 1
                writer.write(b"HTTP/1.1 407 Password Wanted\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            else:
                await self._connect(head.split()[1], reader, writer)
        writer.close()

    async def _connect(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.asked.append(target)
        port = self._routes[target.partition(":")[0]]
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Here you are\r\n\r\n")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pour(reader, far_writer))
            tasks.create_task(_pour(far_reader, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()
