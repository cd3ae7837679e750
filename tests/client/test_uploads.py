"""Large files over a real connection: never whole in memory, told truthfully, stoppable."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.errors import NetworkError

SIZE = 256 << 20
READ = 1 << 20
SOCKET_BUFFERS = 32 << 20
"""More than the system holds between two sockets."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A large file that takes no room."""
    made = tmp_path / "film.mp4"
    with made.open("wb") as file:
        file.truncate(SIZE)
    return made


class Slow:
    """A server that reads the beginning of an upload and then does nothing until told."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.may_go = asyncio.Event()
        self.is_left = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[BackboardApi]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, BackboardApi(ApiAddress(f"http://127.0.0.1:{port}/api")) as api:
            yield api

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(READ)
        self.has_begun.set()
        await self.may_go.wait()
        with suppress(ConnectionError):
            while await reader.read(1 << 20):
                pass
        self.is_left.set()
        writer.close()


async def test_a_stopped_upload_was_only_as_far_as_it_said(path: Path):
    told: list[tuple[int, int]] = []
    slow = Slow()
    async with slow.running() as api, asyncio.timeout(30):
        upload = asyncio.create_task(
            api.documents.upload_to_thread("t", path, progress=lambda *now: told.append(now))
        )
        await slow.has_begun.wait()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        slow.may_go.set()
        await slow.is_left.wait()
    assert told == sorted(told)
    assert {total for _, total in told} <= {SIZE}
    assert not told or told[-1][0] < READ + SOCKET_BUFFERS


async def test_a_server_that_hangs_up_ends_the_upload_and_it_is_not_tried_again(path: Path):
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readexactly(READ)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    async with server, BackboardApi(ApiAddress(url)) as api:
        with pytest.raises(NetworkError) as caught:
            await api.documents.upload_to_thread("t", path)
    assert (caught.value.code, connections) == ("network.lost", 1)


async def test_a_file_is_never_whole_in_memory(path: Path):
    received = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        left = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        while left and (block := await reader.read(1 << 16)):
            left -= len(block)
            received += len(block)
        body = b'{"document_id":"d"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()

    told: list[int] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    with path.open("r+b") as file:
        file.truncate(SIZE // 4)
    async with server, BackboardApi(ApiAddress(url)) as api:
        tracemalloc.start()
        try:
            document = await api.documents.upload_to_thread(
                "t", path, progress=lambda sent, _total: told.append(sent)
            )
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert document.document_id == "d"
    assert received > SIZE // 4
    assert told[-1] == SIZE // 4
    assert peak < 8 << 20
