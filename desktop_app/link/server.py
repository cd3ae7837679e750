"""The engine's end of the link: any number of windows on a loopback port."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.link.messages import Hello, Intent, LinkEvent, Ping, Pong
from desktop_app.link.outbox import MAX_WAITING, Outbox
from desktop_app.link.stream import MessageStream

logger = logging.getLogger(__name__)

HELLO_WITHIN_S = 5.0
LAST_WORDS_S = 1.0

_Stream = MessageStream[Intent]


class LinkServer:
    """Takes intents from every window that knows the token, and tells all of them what happens.

    Args:
        token: The secret of this run.
        on_intent: Told every intent but Hello and Ping, in order, on the event loop; must not
            block.
        snapshot: What a new window is told first: a Welcome, then whatever stands now.
        bound: Events that a window may lag behind before it is cut off.
    """

    def __init__(
        self,
        token: str,
        on_intent: Callable[[Intent], None],
        snapshot: Callable[[], Iterable[LinkEvent]],
        *,
        bound: int = MAX_WAITING,
    ) -> None:
        self._token = token
        self._on_intent = on_intent
        self._snapshot = snapshot
        self._bound = bound
        self._windows: dict[_Stream, Outbox] = {}
        self._handlers: dict[asyncio.Task[None], _Stream] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1.

        Returns:
            The port.

        Raises:
            NetworkError: ``link.no_port``.
        """
        try:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        except OSError as error:
            raise NetworkError(
                "link.no_port", f"No port can be opened on this machine: {error}."
            ) from error
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def window_count(self) -> int:
        """How many windows listen now."""
        return len(self._windows)

    def publish(self, event: LinkEvent) -> None:
        """Tell every window. Never waits: a window that lags too far behind is cut off."""
        for stream, outbox in tuple(self._windows.items()):
            if not outbox.put(event):
                logger.info("a window stopped reading and was cut off")
                del self._windows[stream]
                stream.abort()

    async def aclose(self) -> None:
        """Say what is left to say, for a second at most, and close. Idempotent."""
        if self._server is None:
            return
        self._server.close()
        for outbox in self._windows.values():
            outbox.close()
        greeting = [one for one in self._handlers.values() if one not in self._windows]
        for stream in greeting:
            stream.abort()
        if self._handlers:
            await asyncio.wait(tuple(self._handlers), timeout=LAST_WORDS_S)
        for stream in self._handlers.values():
            stream.abort()
        if self._handlers:
            await asyncio.wait(tuple(self._handlers))
        await self._server.wait_closed()
        self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream: _Stream = MessageStream(reader, writer, Intent)
        task = asyncio.current_task()
        assert task is not None
        self._handlers[task] = stream
        try:
            await self._serve(stream)
        except (NetworkError, ProtocolError, TimeoutError) as error:
            logger.info("a connection was closed: %s", error)
        finally:
            self._windows.pop(stream, None)
            del self._handlers[task]
            stream.abort()

    async def _serve(self, stream: _Stream) -> None:
        async with aclosing(stream.messages()) as intents:
            async with asyncio.timeout(HELLO_WITHIN_S):
                await self._greet(intents)
            outbox = Outbox(self._bound)
            for event in self._snapshot():
                outbox.put(event)
            self._windows[stream] = outbox
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(_send(stream, outbox), name="link send")
                await self._receive(intents, outbox)
                sender.cancel()

    async def _greet(self, intents: AsyncGenerator[Intent, None]) -> None:
        """Return when the peer has shown the token."""
        async for intent in intents:
            if isinstance(intent, Hello) and _is_same(intent.token, self._token):
                return
            break
        raise ProtocolError("link.refused", "a peer did not know the token of this run")

    async def _receive(self, intents: AsyncGenerator[Intent, None], outbox: Outbox) -> None:
        try:
            async for intent in intents:
                if isinstance(intent, Ping):
                    await asyncio.sleep(0)  # what was only started takes its first step
                    outbox.put(Pong())
                elif not isinstance(intent, Hello):
                    self._on_intent(intent)
        except ProtocolError as error:
            logger.info("a window was cut off: %s", error)


async def _send(stream: _Stream, outbox: Outbox) -> None:
    try:
        async with aclosing(outbox.batches()) as batches:
            async for events in batches:
                await stream.write_all(events)
        await stream.aclose()
    except (NetworkError, ProtocolError) as error:
        logger.info("a window is gone: %s", error)
        stream.abort()


def _is_same(given: str, token: str) -> bool:
    """Compare in constant time, so that the answer's delay tells nothing."""
    return hmac.compare_digest(given.encode(), token.encode())
