"""Events on their way to one reader, who slows the writers down."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from desktop_app.protocol.events import ServerEvent

MAX_EVENTS = 256
"""That wait for the reader; a faster server is slowed down."""


class EventQueue:
    """Bounded and in order. Event loop only.

    Args:
        first: Waits already.
    """

    def __init__(self, *first: ServerEvent) -> None:
        self._waiting: deque[ServerEvent] = deque(first)
        self._changed = asyncio.Condition()
        self._is_closed = self._is_finished = False

    async def put(self, *events: ServerEvent) -> None:
        """Append; waits while the reader has too many before it."""
        async with self._changed:
            for event in events:
                await self._changed.wait_for(lambda: len(self._waiting) < MAX_EVENTS)
                self._waiting.append(event)
                self._changed.notify_all()

    async def cut(self, turn: int, last: ServerEvent) -> None:
        """Drop what waits of a turn; ``last`` is the next that is told of it."""
        async with self._changed:
            kept = [event for event in self._waiting if getattr(event, "turn", None) != turn]
            self._waiting = deque([*kept, last])
            self._changed.notify_all()

    async def finish(self) -> None:
        """Nothing more comes: the reader ends when it has had what waits. Idempotent."""
        async with self._changed:
            self._is_finished = True
            self._changed.notify_all()

    async def close(self) -> None:
        """No reader gets anything any more. Idempotent."""
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    async def events(self) -> AsyncIterator[ServerEvent]:
        """Until ``close`` or ``finish``. One reader at a time."""
        while True:
            async with self._changed:
                await self._changed.wait_for(
                    lambda: self._waiting or self._is_closed or self._is_finished
                )
                if self._is_closed or not self._waiting:
                    return
                event = self._waiting.popleft()
                self._changed.notify_all()
            yield event
