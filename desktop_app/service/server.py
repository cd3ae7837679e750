"""The service on a socket: bound, serving, and ended without leaving anything open."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.loopback import is_loopback_host
from desktop_app.service.application import Parts, build_application
from desktop_app.service.documents.library import Library, open_library
from desktop_app.service.gateway.serving.gateway_routes import VOICE_PATH
from desktop_app.service.http.guard import allowed_hosts
from desktop_app.service.listening import authority, bind, serving
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.memories.learning import open_memories
from desktop_app.service.messages.message_parts import open_message_parts
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.provider_source import OpenProviders, open_source
from desktop_app.service.runs.runs import open_runs
from desktop_app.service.storage.store import Store, open_store


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


@asynccontextmanager
async def open_service(
    place: Place, open_providers: OpenProviders
) -> AsyncIterator[RunningService]:
    """Serve until the block ends.

    Raises:
        InputError: ``service.port_taken`` or ``service.address``.
        StorageError: ``storage.failed`` or ``storage.newer``.
    """
    _check_loopback(place.host)
    with contextlib.closing(bind(place.host, place.port)) as listener:
        port = int(listener.getsockname()[1])
        at = authority(place.host, port)
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
            async with serving(application, listener, on_end=runs.cancel_all):
                addresses = Addresses(f"http://{at}/api", f"ws://{at}{VOICE_PATH}", place.key)
                yield RunningService(addresses, store, library, links)


def _check_loopback(host: str) -> None:
    if not is_loopback_host(host):
        raise InputError(
            "service.address",
            f"{host} is not an address of this computer alone: only 127.0.0.1, ::1 and localhost "
            "are served, because what is said here is not encrypted.",
            host=host,
        )
