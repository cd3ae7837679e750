"""A transport whose server is the test: it says what it is told and remembers what it heard."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.commands import ClientCommand, ConfigureSession
from desktop_app.protocol.events import ServerEvent, SessionReady

LIMIT_S = 5.0
"""How long a test waits for a condition before it fails; generous for a busy machine."""

_Command = TypeVar("_Command", bound=ClientCommand)


class ScriptedTransport:
    """Satisfies ``engine.ports.Transport``.

    Attributes:
        sent: Every command so far, in order.
        is_closed: Whether ``aclose`` was called.
        takes_files: Whether its words for speech have some for files.
        ready: What ``say_ready`` says.
        is_alive: Cleared, the peer gives no sign of life.
        is_prompt: Takes what is said at once.
        take_speech, has_room: What ``hand_speech_to`` was given.
    """

    def __init__(self) -> None:
        self.sent: list[ClientCommand] = []
        self.is_closed = False
        self.is_prompt = False
        self.takes_files = False
        self.ready = SessionReady("s")
        self.is_alive = asyncio.Event()
        self.is_alive.set()
        self._expected = 0
        self._news: asyncio.Queue[ServerEvent | AppError | None] = asyncio.Queue()
        self._was_sent = asyncio.Event()
        self._is_lost = False

    # ---- what the engine uses -------------------------------------------------------------

    async def send(self, command: ClientCommand) -> None:
        """Remember the command.

        Raises:
            NetworkError: After ``lose``, ``end`` or ``aclose``.
        """
        if self._is_lost or self.is_closed:
            raise NetworkError("network.lost", "The connection is gone.", retryable=True)
        self.sent.append(command)
        self._was_sent.set()

    def send_now(self, command: ClientCommand) -> bool:
        """Everything goes through ``send``, unless ``is_prompt`` is set."""
        if not self.is_prompt or self._is_lost or self.is_closed:
            return False
        self.sent.append(command)
        self._was_sent.set()
        return True

    def hand_speech_to(
        self, take: Callable[[ServerEvent], None], has_room: Callable[[], bool]
    ) -> None:
        """Remembered for the test."""
        self.take_speech, self.has_room = take, has_room

    async def events(self) -> AsyncIterator[ServerEvent]:
        """What the test says, until ``end`` or ``aclose``; raises what ``lose`` was given."""
        while not self.is_closed and (news := await self._news.get()) is not None:
            if isinstance(news, AppError):
                raise news
            yield news

    async def sign_of_life(self) -> None:
        """Return once the test has ``is_alive`` set, as it is at first."""
        await self.is_alive.wait()

    async def aclose(self) -> None:
        """Close. Idempotent."""
        self.is_closed = True
        self._news.put_nowait(None)

    # ---- what the test uses ---------------------------------------------------------------

    def say(self, *events: ServerEvent) -> None:
        """Let the server say these, in order."""
        for event in events:
            self._news.put_nowait(event)

    def say_ready(self) -> None:
        """Let the server accept the session."""
        self.say(self.ready)

    def lose(self, error: AppError | None = None) -> None:
        """Break the connection: what was said before comes first, then the error."""
        self._is_lost = True
        lost = NetworkError("network.lost", "The connection was lost.", retryable=True)
        self._news.put_nowait(error or lost)

    def end(self) -> None:
        """Let the server close normally."""
        self._is_lost = True
        self._news.put_nowait(None)

    async def expect(self, wanted: _Command | type[_Command]) -> _Command:
        """The next command that equals ``wanted`` or is of that class, waiting for it.

        Commands before it are skipped and will not be found by later calls.

        Raises:
            AssertionError: It was not sent within LIMIT_S; says what was.
        """
        skipped: list[ClientCommand] = []
        try:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    command = await self._next_sent()
                    if isinstance(wanted, type):
                        if isinstance(command, wanted):
                            return command
                    elif command == wanted:
                        return wanted
                    skipped.append(command)
        except TimeoutError:
            raise AssertionError(f"expected {wanted!r}, but was sent {skipped!r}") from None

    def forget(self) -> None:
        """Drop what was sent so far."""
        self.sent.clear()
        self._expected = 0

    def sent_of(self, kind: type[_Command]) -> list[_Command]:
        """Every command of one class so far."""
        return [command for command in self.sent if isinstance(command, kind)]

    async def _next_sent(self) -> ClientCommand:
        while self._expected == len(self.sent):
            self._was_sent.clear()
            await self._was_sent.wait()
        self._expected += 1
        return self.sent[self._expected - 1]


class ScriptedServer:
    """Satisfies ``engine.ports.OpenTransport``: hands out one ScriptedTransport per call.

    Args:
        is_ready_at_once: Whether each new transport says SessionReady by itself.
        is_ending: What it then says about who ends utterances.
        lifetime_s: What it then says about how long it lives.

    Attributes:
        is_ready_at_once: As given; may be changed.
        configurations: What it was called with, in order.
        transports: What it handed out, in order.
        refusals: Errors that the next calls raise instead, first in first out.
    """

    def __init__(
        self,
        *,
        is_ready_at_once: bool = True,
        is_ending: bool = False,
        lifetime_s: float | None = None,
    ) -> None:
        self._is_ending = is_ending
        self._lifetime_s = lifetime_s
        self.configurations: list[ConfigureSession] = []
        self.transports: list[ScriptedTransport] = []
        self.refusals: deque[AppError] = deque()
        self.is_ready_at_once = is_ready_at_once
        self._opened = asyncio.Condition()

    async def __call__(self, configuration: ConfigureSession) -> ScriptedTransport:
        """Connect.

        Raises:
            AppError: The next of ``refusals``.
        """
        self.configurations.append(configuration)
        if self.refusals:
            raise self.refusals.popleft()
        transport = ScriptedTransport()
        transport.ready = SessionReady(
            configuration.session_id, is_ending=self._is_ending, lifetime_s=self._lifetime_s
        )
        if self.is_ready_at_once:
            transport.say_ready()
        async with self._opened:
            self.transports.append(transport)
            self._opened.notify_all()
        return transport

    async def connection(self, number: int = 1) -> ScriptedTransport:
        """The transport of the ``number``-th successful call (from 1), waiting for it."""
        async with asyncio.timeout(LIMIT_S), self._opened:
            await self._opened.wait_for(lambda: len(self.transports) >= number)
        return self.transports[number - 1]
