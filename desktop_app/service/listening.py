"""A socket of this computer, and the HTTP server on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import MAX_FRAME_BYTES
from desktop_app.service.http.http_protocol import BoundedHttpProtocol
from desktop_app.service.http.socket_protocol import ReadAheadSocketProtocol

SOCKET_LIMIT_BYTES = 4 * MAX_FRAME_BYTES
"""Frames up to here are read, so that one over MAX_FRAME_BYTES can be answered with ``error``;
the socket of a client that sends more is closed with 1009."""

# Below a warning it tells each socket's address, and a socket may carry its key there.
logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
_log = logging.getLogger(__name__)

_BACKLOG = 2_048
"""Connections that wait: of a burst beyond it each would come a second late."""

_GRACE_S = 2
_LOOK_S = 0.01
_DATE_S = 1
_LAST_PORT = 65_535


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the loop, says when it listens, and ends without delay.

    uvicorn looks every 100 ms whether it shall end, and then whether everybody has left.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()
        self._ends = asyncio.Event()

    def end(self) -> None:
        """Tell clients to leave, and end when they have, within ``_GRACE_S``."""
        self.should_exit = True
        self._ends.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        """Renew the date that answers have, until it shall end."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DATE_S):
                    await self._ends.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        there = self.server_state
        for connection in list(there.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # who was asking for nothing has left then
        try:
            async with asyncio.timeout(_GRACE_S):
                while there.connections or there.tasks:  # noqa: ASYNC110 - uvicorn only lists them
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            _log.warning("%d requests were being answered, and are broken off", len(there.tasks))
            for task in there.tasks:
                task.cancel()


@asynccontextmanager
async def serving(
    application: ASGIApp,
    listener: socket.socket,
    *,
    on_end: Callable[[], None] = lambda: None,
    proxies: str = "127.0.0.1",
) -> AsyncIterator[None]:
    """Serve until the block ends.

    Args:
        application: What answers.
        listener: As ``bind`` gives it.
        on_end: Called before clients are told to leave.
        proxies: Addresses whose ``X-Forwarded-For`` is believed, separated by commas.
    """
    server = _Server(
        uvicorn.Config(
            application,
            http=BoundedHttpProtocol,
            ws=ReadAheadSocketProtocol,
            ws_max_size=SOCKET_LIMIT_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            forwarded_allow_ips=proxies,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]), name="serve")
        await server.is_up.wait()
        try:
            yield
        finally:
            on_end()
            server.end()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        InputError: ``service.port_taken`` or ``service.address``.
    """
    if not 0 <= port <= _LAST_PORT:
        raise InputError(
            "service.address", f"There is no port {port}: ports go from 0 to {_LAST_PORT}."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on: every answer would be 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two programs share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).rstrip(".")
        raise InputError(
            "service.port_taken",
            f"Cannot listen on {host} port {port}: {reason}.",
            host=host,
            port=str(port),
        ) from error
    return listener


def authority(host: str, port: int) -> str:
    """Host and port as addresses have them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
