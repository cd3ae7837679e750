"""Holds the voice line open, through losses, until it is cancelled or refused for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desktop_app.engine.inputs import Input, LineFailed, LineLost, LineOpened
from desktop_app.engine.line_life import LineLife
from desktop_app.engine.ports import OpenTransport, Time, Transport
from desktop_app.engine.service_keeper import backoff
from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.commands import ClientCommand, ConfigureSession
from desktop_app.protocol.events import ServerEvent, SessionReady

_QUEUED_COMMANDS = 4096  # more than the frames of the longest utterance


@dataclass(frozen=True, slots=True)
class LineUses:
    """What the supervisor does with what passes along the line.

    Attributes:
        tell: Takes inputs for the machine.
        admit: Returns when there is room for this event; a slow loudspeaker slows the server.
        before_send: Returns when what the command says is durable.
        sent: Told after the command has left.
    """

    tell: Callable[[Input], None]
    admit: Callable[[ServerEvent], Awaitable[None]]
    before_send: Callable[[ClientCommand], Awaitable[None]]
    sent: Callable[[ClientCommand], None]


class Supervisor:
    """The voice line of one conversation; the same session id on every connection."""

    def __init__(
        self,
        open_line: OpenTransport,
        configuration: ConfigureSession,
        uses: LineUses,
        *,
        time: Time,
    ) -> None:
        self._open_line = open_line
        self._configuration = configuration
        self._uses = uses
        self._time = time
        self._waits = backoff()
        self._outgoing: asyncio.Queue[ClientCommand] | None = None
        self._is_stuck = asyncio.Event()

    def send(self, command: ClientCommand) -> None:
        """Say it after what was said before. Without a line it is dropped: nobody waits for it.

        When the peer takes nothing for so long that the queue is full, the line counts as lost.
        """
        if self._outgoing is None:
            return
        try:
            self._outgoing.put_nowait(command)
        except asyncio.QueueFull:
            self._is_stuck.set()

    async def run(self) -> None:
        """Hold the line until cancelled; ends by itself only when the peer refuses for good."""
        while True:
            lost: AppError | None = None
            try:
                await self._hold()
            except* AppError as errors:
                lost = _first(errors)
            assert lost is not None  # a held line ends with an error or a cancellation
            _honour_cancellation()
            if not lost.retryable:
                self._uses.tell(LineFailed(lost.code))
                return
            await self._wait()

    async def _wait(self) -> None:
        wait_s = next(self._waits)
        self._uses.tell(LineLost(wait_s))
        await self._time.sleep(wait_s)

    async def _hold(self) -> None:
        transport = await self._open_line(self._configuration)
        self._outgoing = asyncio.Queue(_QUEUED_COMMANDS)
        self._is_stuck.clear()
        life = LineLife(transport, self._uses.tell, self._time)
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = self._deliver(transport, self._outgoing, life)
                tasks.create_task(sending, name="voice line: send")
                tasks.create_task(self._watch(), name="voice line: watch")
                tasks.create_task(life.ask(), name="voice line: life")
                tasks.create_task(life.until_silent(), name="voice line: silence")
                await self._receive(
                    transport, life
                )  # here, or a loss would count as a cancellation
        finally:
            self._outgoing = None
            await transport.aclose()

    async def _receive(self, transport: Transport, life: LineLife) -> None:
        async for event in transport.events():
            life.heard()
            await self._uses.admit(event)
            self._uses.tell(event)
            if isinstance(event, SessionReady):
                self._opened()
        raise NetworkError("line.closed", "The server closed the line.", retryable=True)

    def _opened(self) -> None:
        self._waits = backoff()
        self._uses.tell(LineOpened())

    async def _deliver(
        self, transport: Transport, outgoing: asyncio.Queue[ClientCommand], life: LineLife
    ) -> None:
        while True:
            command = await outgoing.get()
            await self._uses.before_send(command)
            await transport.send(command)
            life.spoke()
            self._uses.sent(command)

    async def _watch(self) -> None:
        await self._is_stuck.wait()
        raise NetworkError("line.stuck", "The server takes no more.", retryable=True)


def _honour_cancellation() -> None:
    """Python 3.11's task groups prefer a child's error to the cancellation of their parent."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _first(errors: BaseExceptionGroup[AppError]) -> AppError:
    """The error to act upon: one that another try cannot help goes first."""
    leaves: list[AppError] = []
    for error in errors.exceptions:
        leaves += [_first(error)] if isinstance(error, BaseExceptionGroup) else [error]
    return min(leaves, key=lambda error: error.retryable)
