"""What waits to be sent to one window: bounded, and forgiving about what gets old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from desktop_app.link.asks import AskAdvanced
from desktop_app.link.messages import (
    LevelMeasured,
    LinkEvent,
    ReplyGrew,
    SpeechHeard,
    TranscriptChanged,
)

MAX_WAITING = 1000
"""Events that a window may lag behind, not counting those that replace each other."""

_ONLY_THE_LATEST = (LevelMeasured, SpeechHeard, TranscriptChanged)


class Outbox:
    """Events for one window. Event loop only.

    A newer level, heard position, partial transcript or figure of progress replaces the one that
    still waits, and pieces of one growing reply are joined; nothing else is ever dropped.
    """

    def __init__(self, bound: int = MAX_WAITING) -> None:
        self._bound = bound
        self._waiting: dict[int, LinkEvent] = {}  # by number, in order
        self._latest: dict[tuple[type[LinkEvent], str], int] = {}  # of each kind and thread
        self._next = 0
        self._arrived = asyncio.Event()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: LinkEvent) -> bool:
        """Add one event.

        Returns:
            False when too many wait already: the window is stuck and must start anew.
        """
        if _gets_old(event):
            kind = type(event), _subject(event)
            self._waiting.pop(self._latest.get(kind, -1), None)
            self._latest[kind] = self._next
        elif isinstance(event, ReplyGrew) and self._join(event):
            return True
        elif len(self._waiting) >= self._bound:
            return False
        self._waiting[self._next] = event
        self._next += 1
        self._arrived.set()
        return True

    def close(self) -> None:
        """Nothing more will come: what waits is still given, then nothing."""
        self._is_closed = True
        self._arrived.set()

    async def batches(self) -> AsyncGenerator[Sequence[LinkEvent], None]:
        """Everything that waits, again and again, until closed and empty."""
        while not self._is_closed or self._waiting:
            await self._arrived.wait()
            if not self._is_closed:
                self._arrived.clear()
            events = tuple(self._waiting.values())
            self._waiting.clear()
            self._latest.clear()
            if events:
                yield events

    def _join(self, event: ReplyGrew) -> bool:
        """Append to the last waiting event, if that is the same reply's text."""
        last = self._waiting.get(self._next - 1)
        if not isinstance(last, ReplyGrew) or last.message_id != event.message_id:
            return False
        text = event.text if event.is_whole else last.text + event.text
        is_whole = last.is_whole or event.is_whole
        joined = ReplyGrew(event.thread_id, event.message_id, text, is_whole=is_whole)
        self._waiting[self._next - 1] = joined
        return True


def _gets_old(event: LinkEvent) -> bool:
    if isinstance(event, AskAdvanced):
        return event.part is None
    return isinstance(event, _ONLY_THE_LATEST)


def _subject(event: LinkEvent) -> str:
    """What it is about: newer news of another subject replaces nothing."""
    if isinstance(event, AskAdvanced):
        return event.ask_id
    return getattr(event, "thread_id", "")
