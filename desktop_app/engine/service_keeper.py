"""Keeps the embedded service alive and says where it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from desktop_app.errors import ChildError
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    LinkEvent,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service listens, and the key made for this run."""

    api: str
    voice: str
    key: str


class RunningService(Protocol):
    """The service's process, as this module sees it."""

    @property
    def greeting(self) -> dict[str, Any]:
        """Its first line of output."""

    async def wait(self) -> int:
        """Return its exit code when it ends."""

    async def aclose(self) -> None:
        """End it."""


class ServiceKeeper:
    """Starts the service, restarts it when it dies, and hands out its address.

    Args:
        start: Starts the process and returns once it has said its greeting.
        publish: Told about every change of the connection.
        profile: Name under which the connection is shown.
        pause: Waits that many seconds; a port, so that tests need no time.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[RunningService]],
        publish: Callable[[LinkEvent], None],
        *,
        profile: str = "embedded",
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._start = start
        self._publish = publish
        self._profile = profile
        self._pause = pause
        self._address: asyncio.Future[ServiceAddress] | None = None
        self.connection = Connection.STARTING

    async def run(self) -> None:
        """Keep one service running until cancelled; then end it."""
        self._tell(Connection.STARTING)
        waits = backoff()
        while True:
            try:
                service = await self._start()
            except ChildError as error:
                await self._wait_after(error, next(waits))
                continue
            waits = backoff()
            await self._watch(service)
            self._tell(Connection.RECONNECTING, retry_in_s=0.0)

    async def address(self) -> ServiceAddress:
        """Where the service is; waits until it is there."""
        if self._address is None:
            self._address = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._address)

    async def _watch(self, service: RunningService) -> None:
        try:
            self._arrived(service.greeting)
            await service.wait()
        finally:
            self._address = None
            await service.aclose()

    def _arrived(self, greeting: dict[str, Any]) -> None:
        address = ServiceAddress(greeting["api"], greeting["voice"], greeting["key"])
        if self._address is None:
            self._address = asyncio.get_running_loop().create_future()
        self._address.set_result(address)
        self._publish(NoticeCleared("service.down"))
        self._tell(Connection.READY)

    async def _wait_after(self, error: ChildError, wait_s: float) -> None:
        notice = Notice(NoticeLevel.WARNING, "service.down", {"reason": str(error)})
        self._publish(NoticeRaised(notice))
        self._tell(Connection.RECONNECTING, retry_in_s=wait_s)
        await self._pause(wait_s)

    def _tell(self, connection: Connection, retry_in_s: float | None = None) -> None:
        self.connection = connection
        self._publish(ConnectionChanged(connection, self._profile, retry_in_s))


def backoff() -> Iterator[float]:
    """Seconds to wait before each next attempt: doubling, capped, with jitter."""
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s * random.uniform(0.8, 1.2)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
