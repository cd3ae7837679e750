"""The service on a socket: bound, serving, and ended without leaving anything open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from desktop_app.errors import InputError
from desktop_app.loopback import is_loopback_host
from desktop_app.protocol.gateway import MAX_FRAME_BYTES
from desktop_app.service.application import VOICE_PATH, Parts, build_application
from desktop_app.service.documents.library import Library, open_library
from desktop_app.service.http.guard import allowed_hosts
from desktop_app.service.http.http_protocol import BoundedHttpProtocol
from desktop_app.service.http.socket_protocol import ReadAheadSocketProtocol
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.memories.learning import open_memories
from desktop_app.service.messages.message_parts import open_message_parts
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.provider_source import OpenProviders, open_source
from desktop_app.service.runs.runs import Runs, open_runs
from desktop_app.service.storage.store import Store, open_store

SOCKET_LIMIT_BYTES = 4 * MAX_FRAME_BYTES
"""Frames up to here are read, so that one over MAX_FRAME_BYTES can be answered with ``error``;
the socket of a client that sends more is closed with 1009."""

# Below a warning it tells each socket's address, and a socket may carry its key there.
logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

_BACKLOG = 2_048
"""Connections that wait: of a burst beyond it each would come a second late."""

_GRACE_S = 2
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, what to keep, whom to let in.

    Attributes:
        port: 0 takes any free one.
        data: Folder of the database.
    """

    data: Path
    key: str
    host: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to reach a running service."""

    api: str
    voice: str
    key: str


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers, and what it is made of."""

    addresses: Addresses
    store: Store
    library: Library
    links: MediaLinks


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the loop, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@asynccontextmanager
async def open_service(
    place: Place, open_providers: OpenProviders
) -> AsyncIterator[RunningService]:
    """Serve until the block ends.

    Raises:
        InputError: ``service.port_taken`` or ``service.address``.
        StorageError: ``storage.failed`` or ``storage.newer``.
    """
    with contextlib.closing(_bind(place.host, place.port)) as listener:
        port = int(listener.getsockname()[1])
        at = f"[{place.host}]:{port}" if ":" in place.host else f"{place.host}:{port}"
        links = MediaLinks(f"http://{at}", place.key)
        async with (
            open_store(place.data) as store,
            open_source(open_providers, store.recall) as source,
            open_memories(store, source) as memories,
            open_library(store, source) as library,
            open_runs(
                store,
                source,
                library,
                memories,
                AttachedPictures(store.database, store.files),
            ) as runs,
            open_message_parts(store, source, library, runs, links) as messages,
        ):
            application = build_application(
                Parts(store, source, runs, memories, library, links, messages),
                key=place.key,
                hosts=allowed_hosts(place.host, port),
            )
            async with _serving(application, listener, runs):
                addresses = Addresses(f"http://{at}/api", f"ws://{at}{VOICE_PATH}", place.key)
                yield RunningService(addresses, store, library, links)


@asynccontextmanager
async def _serving(
    application: ASGIApp, listener: socket.socket, runs: Runs
) -> AsyncIterator[None]:
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
            timeout_graceful_shutdown=_GRACE_S,
            backlog=_BACKLOG,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]), name="serve")
        await server.is_up.wait()
        try:
            yield
        finally:
            runs.cancel_all()
            server.should_exit = True


def _bind(host: str, port: int) -> socket.socket:
    if not is_loopback_host(host):
        raise InputError(
            "service.address",
            f"{host} is not an address of this computer alone: only 127.0.0.1, ::1 and localhost "
            "are served, because what is said here is not encrypted.",
            host=host,
        )
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
