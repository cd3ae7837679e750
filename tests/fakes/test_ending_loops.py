"""A loop that ends lets go of every socket that was closed."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from tests.fakes.loop_thread import LoopThread

MORE_THAN_IS_TAKEN = b"x" * (64 << 20)


async def _answer_who_does_not_read(client: socket.socket) -> asyncio.StreamWriter:
    met = asyncio.Queue[asyncio.StreamWriter]()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.put_nowait(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client.connect(server.sockets[0].getsockname())
    writer = await met.get()
    writer.write(MORE_THAN_IS_TAKEN)
    writer.close()
    server.close()
    return writer


def test_what_is_closed_but_not_sent_is_given_up_with_the_loop() -> None:
    with socket.socket() as client, asyncio.Runner() as runner:
        writer = runner.run(_answer_who_does_not_read(client))
        assert writer.get_extra_info("socket").fileno() >= 0  # else there was nothing to give up
    assert writer.get_extra_info("socket").fileno() == -1


def test_a_loop_of_a_thread_ends_with_those_it_was_answering() -> None:
    thread = LoopThread()
    talking = thread.enter(_Talking())
    with socket.create_connection(talking.address) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"b"
        thread.close()
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""


class _Talking:
    """A server that never ends a connection by itself."""

    address: tuple[str, int]

    async def __aenter__(self) -> _Talking:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(b"b")
        await reader.read()
        writer.close()
