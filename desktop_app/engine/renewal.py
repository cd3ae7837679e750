"""Exchanges a voice line for a new one before its peer ends it, where nobody notices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from desktop_app.engine.ports import OpenTransport, Time, Transport
from desktop_app.engine.service_keeper import backoff
from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.commands import ConfigureSession
from desktop_app.protocol.events import ServerEvent, SessionReady

logger = logging.getLogger(__name__)

READY_WITHIN_S = 15.0
LOOK_EVERY_S = 0.2

_LEAD_S = 300.0
_LEAD_SHARE = 0.2


class RenewedError(Exception):
    """Not a failure: another line is ready to take over, now."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line and what it says.

    Attributes:
        opened_s: Monotonic second from which its lifetime counts.
        ready: What it said already, and is to be told by whoever reads on.
    """

    transport: Transport
    events: AsyncIterator[ServerEvent]
    opened_s: float
    ready: SessionReady | None = None


def lead_s(lifetime_s: float) -> float:
    """How long before its end a line is renewed: time enough for a turn to come to its end."""
    return min(_LEAD_S, lifetime_s * _LEAD_SHARE)


class Renewal:
    """Of one line. Loop thread only.

    Args:
        line: Which is held meanwhile.
        open_line: Opens its successor, on the same session.
        configuration: Of the session.
        is_free: Whether nobody would notice now: no turn runs and nothing is on its way.
        refused: Told why a line that was asked for (``hasten``) will never be had.

    Attributes:
        successor: The line that takes over; whoever ends the renewal owns it.
    """

    def __init__(
        self,
        line: HeldLine,
        open_line: OpenTransport,
        configuration: ConfigureSession,
        *,
        time: Time,
        is_free: Callable[[], bool],
        refused: Callable[[AppError], None] = lambda _error: None,
    ) -> None:
        self.successor: HeldLine | None = None
        self._line = line
        self._open_line = open_line
        self._configuration = configuration
        self._time = time
        self._is_free = is_free
        self._refused = refused
        self._is_wanted = False
        self._lifetime_s: float | None = None
        self._is_known = asyncio.Event()
        self._is_due = asyncio.Event()

    def learn(self, ready: SessionReady) -> None:
        """How long the line lives, as its peer told."""
        if ready.lifetime_s is not None:
            self._lifetime_s = ready.lifetime_s
            self._is_known.set()

    def hasten(self) -> None:
        """It is time now: what the line was opened with is not what is wanted any more."""
        self._is_wanted = True
        self._is_due.set()

    async def run(self) -> None:
        """Wait until it is time, open another line, and wait for a moment to exchange them.

        Ends without one where the peer refuses it for good; one that was asked for may be asked for
        anew, by then with another configuration.

        Raises:
            RenewedError: ``successor`` takes over.
        """
        while True:
            async with asyncio.TaskGroup() as tasks:
                clock = tasks.create_task(self._until_old(), name="voice line: age")
                await self._is_due.wait()
                clock.cancel()
            await self._until_free()
            self._is_due.clear()
            was_wanted, self._is_wanted = self._is_wanted, False
            self.successor = await self._opened(was_wanted=was_wanted)
            if self.successor is not None:
                await self._until_free()
                if not self._is_wanted:
                    raise RenewedError
                await self.successor.transport.aclose()  # it was opened for an earlier wish
                self.successor = None
            elif not was_wanted and not self._is_wanted:
                return

    async def _until_old(self) -> None:
        await self._is_known.wait()
        lifetime_s = self._lifetime_s or 0.0
        due_s = self._line.opened_s + lifetime_s - lead_s(lifetime_s)
        await self._time.sleep(max(0.0, due_s - self._time.now()))
        self._is_due.set()

    async def _until_free(self) -> None:
        while not self._is_free():
            await self._time.sleep(LOOK_EVERY_S)

    async def _opened(self, *, was_wanted: bool) -> HeldLine | None:
        for wait_s in backoff():
            try:
                return await self._open()
            except AppError as error:
                logger.info("The voice line could not be renewed: %s", error)
                if not error.retryable:
                    if was_wanted:  # else it is told when the line of now has ended
                        self._refused(error)
                    return None
            await self._time.sleep(wait_s)
        return None

    async def _open(self) -> HeldLine:
        opened_s = self._time.now()
        transport = await self._open_line(self._configuration)
        try:
            events = transport.events()
            async with asyncio.timeout(READY_WITHIN_S):
                async for event in events:
                    if isinstance(event, SessionReady):
                        return HeldLine(transport, events, opened_s, event)
            raise NetworkError("line.closed", "The server closed the line.", retryable=True)
        except TimeoutError as error:
            await transport.aclose()
            text = "The server did not begin the session."
            raise NetworkError("network.timeout", text, retryable=True) from error
        except BaseException:
            await transport.aclose()
            raise
