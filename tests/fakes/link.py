"""The link within one process: the same interface, without a port or bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from desktop_app.errors import NetworkError
from desktop_app.link.messages import Intent, LinkEvent, Ping, Pong
from desktop_app.link.outbox import MAX_WAITING, Outbox


class MemoryServer:
    """The engine's end; takes what ``LinkServer`` takes, but for the token."""

    def __init__(
        self,
        on_intent: Callable[[Intent], None],
        snapshot: Callable[[], Iterable[LinkEvent]],
        *,
        bound: int = MAX_WAITING,
    ) -> None:
        self._on_intent = on_intent
        self._snapshot = snapshot
        self._bound = bound
        self._clients: list[MemoryClient] = []

    async def connect(self) -> MemoryClient:
        """A new window's end."""
        client = MemoryClient(self._on_intent, self._bound, self._clients.remove)
        self._clients.append(client)
        for event in self._snapshot():
            client.tell(event)
        return client

    @property
    def window_count(self) -> int:
        """How many windows listen now."""
        return len(self._clients)

    def publish(self, event: LinkEvent) -> None:
        """Tell every window; one that lags too far behind is cut off."""
        for client in tuple(self._clients):
            client.tell(event)

    async def aclose(self) -> None:
        """Cut every window off, after what is left to say. Idempotent."""
        for client in tuple(self._clients):
            client.cut()


class MemoryClient:
    """The window's end; like ``LinkClient``."""

    def __init__(
        self,
        on_intent: Callable[[Intent], None],
        bound: int,
        on_gone: Callable[[MemoryClient], None],
    ) -> None:
        self._on_intent = on_intent
        self._outbox = Outbox(bound)
        self._on_gone = on_gone
        self._is_open = True

    def send(self, intent: Intent) -> None:
        """Ask the engine for something; it hears it in the loop's next round.

        Raises:
            NetworkError: ``link.lost``.
        """
        if not self._is_open:
            raise NetworkError("link.lost", "The connection inside Parley is lost.", retryable=True)
        asyncio.get_running_loop().call_soon(self._take, intent)

    async def events(self) -> AsyncGenerator[LinkEvent, None]:
        """What the engine tells, from its Welcome on; ends when the engine is gone. Use once."""
        async with aclosing(self._outbox.batches()) as batches:
            async for events in batches:
                for event in events:
                    yield event

    async def aclose(self) -> None:
        """Close. Idempotent."""
        self.cut()

    def _take(self, intent: Intent) -> None:
        if isinstance(intent, Ping):
            self.tell(Pong())
        else:
            self._on_intent(intent)

    def tell(self, event: LinkEvent) -> None:
        """Hand the window one event; called by its server."""
        if not self._outbox.put(event):
            self.cut()

    def cut(self) -> None:
        """End the connection; called by its server."""
        if self._is_open:
            self._is_open = False
            self._outbox.close()
            self._on_gone(self)
