"""Holds the voice line open, through losses, until it is cancelled or refused for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desktop_app.engine.inputs import Input, LineFailed, LineKept, LineLost, LineOpened
from desktop_app.engine.line_life import LineLife
from desktop_app.engine.ports import OpenTransport, Time, Transport
from desktop_app.engine.renewal import HeldLine, Renewal, RenewedError
from desktop_app.engine.service_keeper import backoff
from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.commands import (
    AppendAudio,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
)
from desktop_app.protocol.events import ServerEvent, SessionReady

_QUEUED_COMMANDS = 4096  # more than the frames of the longest utterance


@dataclass(frozen=True, slots=True)
class LineUses:
    """What the supervisor does with what passes along the line.

    Attributes:
        tell: Takes inputs for the machine.
        admit: Returns when there is room for this event; a slow loudspeaker slows the server.
        before_send: Returns when what the command says is durable.
        sent: Told after the command has left, unless it is sound that nobody waited for.
        is_durable: Whether ``before_send`` would return at once for sound of this turn.
        is_free: Whether no turn runs: the line can be exchanged unnoticed.
        load: The end of an utterance with its files, for a line that takes files or does not.
        has_room: Whether ``admit`` would return at once, whatever the event.
    """

    tell: Callable[[Input], None]
    admit: Callable[[ServerEvent], Awaitable[None]]
    before_send: Callable[[ClientCommand], Awaitable[None]]
    sent: Callable[[ClientCommand], None]
    is_durable: Callable[[int], bool] = lambda _: False
    is_free: Callable[[], bool] = lambda: True
    load: Callable[[CommitAudio, bool], Awaitable[CommitAudio]] | None = None
    has_room: Callable[[], bool] = lambda: False


class Supervisor:
    """The voice line of one conversation; the same session id on every connection.

    A peer that ends its lines after a while is left before it does (``renewal``).
    """

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
        self._is_due = asyncio.Event()
        self._is_delivering = False
        self._idle_line: tuple[Transport, LineLife] | None = None
        self._renewal: Renewal | None = None

    def renew(self) -> None:
        """Exchange the line for one that is opened now, as soon as nobody would notice."""
        if self._renewal is not None:
            self._renewal.hasten()

    def dial_now(self) -> None:
        """Wait no longer before the next try, if that is what is done now."""
        self._is_due.set()

    def send(self, command: ClientCommand) -> None:
        """Say it after what was said before. Without a line it is dropped: nobody waits for it.

        When the peer takes nothing for so long that the queue is full, the line counts as lost.
        """
        if self._outgoing is None:
            return
        if self._idle_line is not None:  # then nobody has to be woken for sound
            transport, life = self._idle_line
            is_durable = isinstance(command, AppendAudio) and self._uses.is_durable(command.turn)
            if is_durable and transport.send_now(command):
                life.spoke()
                return
            self._idle_line = None  # what comes next waits behind it
        try:
            self._outgoing.put_nowait(command)
        except asyncio.QueueFull:
            self._is_stuck.set()

    async def run(self) -> None:
        """Hold the line until cancelled; ends by itself only when the peer refuses for good."""
        while True:
            lost: AppError | None = None
            try:
                await self._hold_one_after_the_other()
            except* AppError as errors:
                lost = first_error(errors)
            assert lost is not None  # a held line ends with an error or a cancellation
            honour_cancellation()
            if not lost.retryable:
                self._uses.tell(LineFailed(lost.code, str(lost)))
                return
            await self._wait(lost.code)

    async def _wait(self, code: str) -> None:
        wait_s = next(self._waits)
        self._is_due.clear()
        timer = self._time.after(wait_s, self._is_due.set)
        try:
            self._uses.tell(LineLost(wait_s, code))
            await self._is_due.wait()
        finally:
            timer.cancel()

    async def _hold_one_after_the_other(self) -> None:
        opened_s = self._time.now()
        transport = await self._open_line(self._configuration)
        line, earlier = HeldLine(transport, transport.events(), opened_s), None
        self._outgoing = asyncio.Queue(_QUEUED_COMMANDS)  # outlives a renewal
        self._is_stuck.clear()
        try:
            while True:
                line, earlier = await self._hold(line, earlier), line
        finally:
            self._outgoing = None

    async def _hold(self, line: HeldLine, earlier: HeldLine | None) -> HeldLine:
        """Hold the line until another takes over, which is returned; this one is still open."""
        assert self._outgoing is not None
        life = LineLife(
            line.transport, self._uses.tell, self._time, lambda: not self._uses.is_free()
        )
        renewal = Renewal(
            line,
            self._open_line,
            self._configuration,
            time=self._time,
            is_free=self._is_free,
            refused=lambda error: self._uses.tell(LineKept(str(error))),
        )
        self._renewal = renewal
        try:
            try:
                async with asyncio.TaskGroup() as tasks:
                    sending = self._deliver(line.transport, self._outgoing, life)
                    tasks.create_task(sending, name="voice line: send")
                    tasks.create_task(self._watch(), name="voice line: watch")
                    tasks.create_task(life.ask(), name="voice line: life")
                    tasks.create_task(life.until_silent(), name="voice line: silence")
                    tasks.create_task(renewal.run(), name="voice line: renewal")
                    if earlier is not None:  # its farewell may take a second
                        tasks.create_task(earlier.transport.aclose(), name="voice line: close")
                    # Here, or a loss would count as a cancellation.
                    await self._receive(line, life, renewal)
            except* RenewedError:
                honour_cancellation()
        except BaseException:
            for one in (line, earlier, renewal.successor):
                if one is not None:
                    await one.transport.aclose()
            raise
        assert renewal.successor is not None  # nothing else ends the group without an error
        return renewal.successor

    def _is_free(self) -> bool:
        is_empty = self._outgoing is None or self._outgoing.empty()
        return is_empty and not self._is_delivering and self._uses.is_free()

    async def _receive(self, line: HeldLine, life: LineLife, renewal: Renewal) -> None:
        def hear(event: ServerEvent) -> None:
            life.heard()
            self._uses.tell(event)

        if line.ready is not None:
            self._take(line.ready, renewal)
        line.transport.hand_speech_to(hear, self._uses.has_room)
        async for event in line.events:
            life.is_kept_waiting = True
            life.heard()
            await self._uses.admit(event)
            life.is_kept_waiting = False
            life.heard()  # from here on its silence is its own
            self._take(event, renewal)
        raise NetworkError("line.closed", "The server closed the line.", retryable=True)

    def _take(self, event: ServerEvent, renewal: Renewal) -> None:
        self._uses.tell(event)
        if isinstance(event, SessionReady):
            renewal.learn(event)
            self._opened()

    def _opened(self) -> None:
        self._waits = backoff()
        self._uses.tell(LineOpened())

    async def _deliver(
        self, transport: Transport, outgoing: asyncio.Queue[ClientCommand], life: LineLife
    ) -> None:
        self._is_delivering = False
        while True:
            self._idle_line = transport, life
            try:
                command = await outgoing.get()
            finally:
                self._idle_line = None
            self._is_delivering = True
            if isinstance(command, CommitAudio) and self._uses.load is not None:
                command = await self._uses.load(command, transport.takes_files)
            await self._uses.before_send(command)
            began_s = self._time.now()
            await transport.send(command)
            self._is_delivering = False
            is_sound = isinstance(command, AppendAudio | CommitAudio)  # the rest may wait elsewhere
            life.spoke(waited_s=self._time.now() - began_s if is_sound else 0.0)
            self._uses.sent(command)

    async def _watch(self) -> None:
        await self._is_stuck.wait()
        raise NetworkError("line.stuck", "The server takes no more.", retryable=True)


def honour_cancellation() -> None:
    """Python 3.11's task groups prefer a child's error to the cancellation of their parent."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def first_error(errors: BaseExceptionGroup[AppError]) -> AppError:
    """The error to act upon: one that another try cannot help goes first."""
    leaves: list[AppError] = []
    for error in errors.exceptions:
        leaves += [first_error(error)] if isinstance(error, BaseExceptionGroup) else [error]
    return min(leaves, key=lambda error: error.retryable)
