"""Keeps the embedded service alive and says where it is."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from desktop_app.errors import ChildError, NetworkError, StorageError
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
HEALTHY_AFTER_S = 10.0
"""A service that lived this long was well: its end is no reason to wait longer than once."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service listens, and the key made for this run, which is never printed."""

    api: str
    voice: str
    key: str = field(repr=False)


class RunningService(Protocol):
    """The service's process, as this module sees it."""

    @property
    def address(self) -> ServiceAddress:
        """Where it listens."""

    @property
    def set_aside(self) -> str:
        """The name of a damaged database that it found and kept, or empty."""

    async def wait(self) -> int:
        """Return its exit code when it ends."""

    async def aclose(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What is to be done between two services."""

    work: Callable[[], Awaitable[None]]
    done: asyncio.Future[None]


class ServiceKeeper:
    """Starts the service, restarts it when it dies, and hands out its address.

    Args:
        start: Starts the process and returns once it has said where it listens; ChildError when
            it does not.
        publish: Told about every change of the connection.
        profile: Name under which the connection is shown.
        pause: Waits that many seconds; a port, so that tests need no time.
        now: Monotonic seconds.

    Attributes:
        odd: What every window is to be told of the services that ran.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[RunningService]],
        publish: Callable[[LinkEvent], None],
        *,
        profile: str = "embedded",
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start
        self._publish = publish
        self._profile = profile
        self._pause = pause
        self._now = now
        self._address: asyncio.Future[ServiceAddress] | None = None
        self._problem = ""
        self._running: RunningService | None = None
        self._renewal: _Renewal | None = None
        self.connection = Connection.STARTING
        self.odd: tuple[Notice, ...] = ()

    async def run(self) -> None:
        """Keep one service running until cancelled; then end it."""
        self._tell(Connection.STARTING)
        waits = backoff()
        while True:
            began_s = self._now()
            problem = await self._keep_one()
            if self._renewal is not None:
                await self._renew(self._renewal)
                continue
            self._lose(problem)
            if self._now() - began_s >= HEALTHY_AFTER_S:
                waits = backoff()
            wait_s = next(waits)
            self._tell(Connection.RECONNECTING, retry_in_s=wait_s)
            await self._pause(wait_s)

    async def address(self) -> ServiceAddress:
        """Where the service is; waits for the first start.

        Raises:
            NetworkError: ``service.down``, retryable: it ended, or does not start.
        """
        if self._problem:
            raise self._down()
        if self._address is None:
            self._address = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._address)

    async def renew(self, work: Callable[[], Awaitable[None]]) -> None:
        """End the service, do the work while there is none, and start it again.

        Raises:
            NetworkError: ``service.down``: none is running.
            StorageError: The work failed; the service is started again.
        """
        if self._running is None or self._renewal is not None:
            raise NetworkError("service.down", self._problem, retryable=True)
        renewal = self._renewal = _Renewal(work, asyncio.get_running_loop().create_future())
        await self._running.aclose()
        await renewal.done

    async def _renew(self, renewal: _Renewal) -> None:
        self._renewal = None
        self._tell(Connection.STARTING)
        try:
            await renewal.work()
        except StorageError as error:
            renewal.done.set_exception(error)
        else:
            renewal.done.set_result(None)

    async def _keep_one(self) -> str:
        """Start a service and stay with it to its end.

        Returns:
            What ended it, as a sentence.
        """
        try:
            service = await self._start()
        except ChildError as error:
            return str(error)
        self._running = service
        try:
            self._arrived(service.address)
            if service.set_aside:
                self._tell_damage(service.set_aside)
            code = await service.wait()
        finally:
            self._address = self._running = None
            await service.aclose()
        return f"The service ended with code {code}."

    def _arrived(self, address: ServiceAddress) -> None:
        self._problem = ""
        if self._address is None:
            self._address = asyncio.get_running_loop().create_future()
        self._address.set_result(address)
        self._publish(NoticeCleared("service.down"))
        self._tell(Connection.READY)

    def _tell_damage(self, file: str) -> None:
        notice = Notice(NoticeLevel.WARNING, "service.set_aside", {"file": file})
        self.odd = (*self.odd, notice)
        self._publish(NoticeRaised(notice))

    def _lose(self, problem: str) -> None:
        self._problem = problem
        waiting, self._address = self._address, None
        if waiting is not None:
            waiting.set_exception(self._down())
            waiting.exception()  # it may be that nobody waits for it any more
        notice = Notice(NoticeLevel.WARNING, "service.down", {"reason": problem})
        self._publish(NoticeRaised(notice))

    def _down(self) -> NetworkError:
        return NetworkError("service.down", self._problem, retryable=True)

    def _tell(self, connection: Connection, retry_in_s: float | None = None) -> None:
        self.connection = connection
        self._publish(ConnectionChanged(connection, self._profile, retry_in_s))


def backoff() -> Iterator[float]:
    """Seconds to wait before each next attempt: doubling, capped, with jitter."""
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s * random.uniform(0.8, 1.2)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
