"""A typed conversation over Backboard's event streams: each prompt is one request."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import msgspec

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.errors import AccessError, AppError, NetworkError
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.commands import (
    CancelReply,
    ClientCommand,
    ConfigureSession,
    DiscardAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyStatus,
    ServerEvent,
    ServerFault,
    SessionReady,
)
from desktop_app.protocol.stream_dialect import StreamDialect
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)

GRACE_S = 2.0
"""How long a server may keep the stream open after the reply is complete."""

MAX_NEWS = 256
"""Events that wait for the reader; a faster server is slowed down."""

RenewThread = Callable[[], Awaitable[str]]


class MessageTransport:
    """Satisfies ``engine.ports.Transport`` for text. Event loop only; see ``open_messages``."""

    def __init__(
        self,
        api: BackboardApi,
        configuration: ConfigureSession,
        request: MessageRequest,
        renew_thread: RenewThread | None,
    ) -> None:
        self._api = api
        self._request = request
        self._renew_thread = renew_thread
        self._thread_id = configuration.session_id
        self._waiting: deque[PromptText] = deque()
        self._running: tuple[int, StreamDialect] | None = None
        self._news: deque[ServerEvent] = deque([SessionReady(self._thread_id)])
        self._changed = asyncio.Condition()
        self._is_closed = False
        self._background = Background(self._report)

    @property
    def thread_id(self) -> str:
        """The server's thread: the configured one, or the one that it made."""
        return self._thread_id

    async def send(self, command: ClientCommand) -> None:
        """Say one thing; prompts are answered one after the other.

        Raises:
            NetworkError: ``network.lost``: after ``aclose``.
            ValueError: Sound or tool outputs, which this dialect has no words for.
        """
        if self._is_closed:
            raise NetworkError("network.lost", "The conversation was closed.", retryable=True)
        match command:
            case PromptText():
                self._waiting.append(command)
                self._run_next()
            case CancelReply():
                await self._cancel(command.turn)
            case ConfigureSession():
                self._thread_id = command.session_id
                await self._tell(SessionReady(self._thread_id))
            case DiscardAudio():
                pass
            case _:
                raise ValueError(f"Messages have no word for {type(command).__name__}.")

    async def events(self) -> AsyncIterator[ServerEvent]:
        """What the server says, until ``aclose``. One reader at a time.

        A request that fails is a ServerFault of its turn; the conversation goes on.
        """
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._news or self._is_closed)
                if self._is_closed:
                    return
                event = self._news.popleft()
                self._changed.notify_all()
            yield event

    async def aclose(self) -> None:
        """Stop what runs, and close. Idempotent; the API stays open."""
        self._waiting.clear()
        await self._background.aclose()
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    # ---- one prompt --------------------------------------------------------------------------

    def _run_next(self) -> None:
        if self._running is None and self._waiting:
            prompt = self._waiting.popleft()
            dialect = StreamDialect(prompt.turn)
            self._running = prompt.turn, dialect
            self._background.run(self._run(prompt, dialect), name=_task_name(prompt.turn))

    async def _run(self, prompt: PromptText, dialect: StreamDialect) -> None:
        try:
            try:
                await self._ask_somewhere(prompt, dialect)
                last = dialect.finish()
            except AppError as error:
                last = _failed(prompt.turn, dialect, error)
            await self._tell(*last)
        finally:
            self._thread_id = self._thread_id or dialect.thread_id
            self._leave(dialect)

    async def _ask_somewhere(self, prompt: PromptText, dialect: StreamDialect) -> None:
        """In the thread, or once more in a new one when the server has lost it."""
        try:
            await self._ask(prompt, dialect)
        except NotFoundError:
            if self._renew_thread is None or dialect.has_news:
                raise
            self._thread_id = await self._renew_thread()
            await self._ask(prompt, dialect)

    async def _ask(self, prompt: PromptText, dialect: StreamDialect) -> None:
        request = msgspec.structs.replace(
            self._request, content=prompt.text, thread_id=self._thread_id or None
        )
        async with aclosing(self._api.messages.stream(request)) as stream:
            await self._follow(stream, dialect)

    def _leave(self, dialect: StreamDialect) -> None:
        """Make room for the next prompt, once."""
        if self._running is not None and self._running[1] is dialect:
            self._running = None
            self._run_next()

    async def _follow(self, stream: AsyncIterator[bytes], dialect: StreamDialect) -> None:
        """Until the server closes, or keeps a complete reply open for too long."""
        try:
            async with asyncio.timeout(None) as limit:
                async for data in stream:
                    await self._tell(*dialect.feed(data))
                    if dialect.is_complete and limit.when() is None:
                        limit.reschedule(asyncio.get_running_loop().time() + GRACE_S)
        except TimeoutError:
            logger.info("The server left a complete answer open.")

    async def _cancel(self, turn: int) -> None:
        waiting = [prompt for prompt in self._waiting if prompt.turn == turn]
        running = self._running if self._running and self._running[0] == turn else None
        for prompt in waiting:
            self._waiting.remove(prompt)
        if running is not None:
            self._background.cancel(_task_name(turn))
            self._stop_at_the_server(running[1])
            self._leave(running[1])  # a task that never began cannot do it
        if waiting or running is not None:
            async with self._changed:
                kept = [event for event in self._news if getattr(event, "turn", None) != turn]
                self._news = deque([*kept, ReplyEnded(turn, ReplyStatus.CANCELLED)])
                self._changed.notify_all()

    def _stop_at_the_server(self, dialect: StreamDialect) -> None:
        """Closing the stream is not documented to stop a run (contract section 5.7)."""
        thread_id = self._thread_id or dialect.thread_id
        if thread_id and dialect.run_id:
            stop = self._api.messages.cancel(thread_id, dialect.run_id)
            self._background.run(stop, name=f"stop {dialect.run_id}")

    async def _tell(self, *events: ServerEvent) -> None:
        async with self._changed:
            for event in events:
                await self._changed.wait_for(lambda: len(self._news) < MAX_NEWS)
                self._news.append(event)
                self._changed.notify_all()

    def _report(self, name: str, error: BaseException) -> None:
        if isinstance(error, AppError):
            logger.info("%s failed: %s", name, error)
        else:
            logger.error("%s failed.", name, exc_info=error)


async def open_messages(
    api: BackboardApi,
    configuration: ConfigureSession,
    *,
    request: MessageRequest | None = None,
    renew_thread: RenewThread | None = None,
) -> MessageTransport:
    """A conversation in the thread ``configuration.session_id`` (empty: the server makes one).

    Args:
        api: Stays open when the transport closes.
        configuration: Only the thread counts: nothing is heard or spoken here.
        request: What every message carries besides its text: model, memory, system prompt.
            Where left out, the assistant may use its memory.
        renew_thread: Makes a new thread when the server does not know this one any more, and
            returns its id. Without it such a prompt fails.
    """
    request = request or MessageRequest(memory="Auto")
    return MessageTransport(api, configuration, request, renew_thread)


def _failed(turn: int, dialect: StreamDialect, error: AppError) -> list[ServerEvent]:
    """The end of a reply whose request failed; what had come of the text stands."""
    if dialect.has_news:  # never to be repeated: the server has begun to act on it
        return dialect.finish()
    return [
        ServerFault(
            str(error),
            code=error.code,
            turn=turn,
            is_retryable=error.retryable,
            is_fatal=isinstance(error, AccessError),
            details=dict(error.facts) or None,
        )
    ]


def _task_name(turn: int) -> str:
    return f"answer {turn}"
