"""Whether the engine that is at work still says anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOKS_EVERY_S = 0.5
ASKED_AFTER = 1
STUCK_AFTER = 4
"""Looks without a word: what was told two seconds ago proves nothing any more."""

GIVEN_UP_AFTER = 60
"""A process that says nothing for half a minute does not come back."""


class EngineWatch:
    """Looks now and then; event loop only. What the machine slept through counts as one look.

    Args:
        is_at_work: Whether anybody waits for words of the engine; of one that rests none are.
        ask: Asks it for a word.
        stuck: It says nothing.
        given_up: It has not for so long that another one shall be started.
    """

    def __init__(
        self,
        is_at_work: Callable[[], bool],
        *,
        ask: Callable[[], None],
        stuck: Callable[[], None],
        given_up: Callable[[], None],
    ) -> None:
        self._is_at_work = is_at_work
        self._ask = ask
        self._stuck = stuck
        self._given_up = given_up
        self._silent = 0
        self._next: asyncio.TimerHandle | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether it was told that the engine says nothing."""
        return self._silent >= STUCK_AFTER

    def heard(self) -> None:
        """The engine said something."""
        self._silent = 0

    def begin(self) -> None:
        """There is an engine to watch."""
        self._silent = 0
        self._wait()

    def end(self) -> None:
        """It is another's concern, or gone. Idempotent."""
        self._silent = 0
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        self._next = asyncio.get_running_loop().call_later(LOOKS_EVERY_S, self._look)

    def _look(self) -> None:
        self._wait()
        if not (self._silent or self._is_at_work()):
            return
        self._silent += 1
        if self._silent == ASKED_AFTER:
            self._ask()
        elif self._silent == STUCK_AFTER:
            self._stuck()
        elif self._silent == GIVEN_UP_AFTER:
            self._given_up()
