"""Time that passes when the test says so."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

START_WALL_S = 1_700_000_000.0


class VirtualTimer:
    """Satisfies ``engine.ports.Timer``."""

    def __init__(self, at_s: float, call: Callable[[], None]) -> None:
        self.at_s = at_s
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Do not call."""
        self.call = None


class VirtualTime:
    """Satisfies ``engine.ports.Time``.

    Attributes:
        set_by_s: By how much somebody has set the computer's clock.
    """

    def __init__(self) -> None:
        self.set_by_s = 0.0
        self._now_s = 0.0
        self._order = 0
        self._timers: list[tuple[float, int, VirtualTimer]] = []

    def now(self) -> float:
        return self._now_s

    def wall(self) -> float:
        return START_WALL_S + self._now_s + self.set_by_s

    def after(self, delay_s: float, call: Callable[[], None]) -> VirtualTimer:
        timer = VirtualTimer(self._now_s + delay_s, call)
        self._order += 1
        heapq.heappush(self._timers, (timer.at_s, self._order, timer))
        return timer

    async def sleep(self, delay_s: float) -> None:
        is_over = asyncio.Event()
        timer = self.after(delay_s, is_over.set)
        try:
            await is_over.wait()
        finally:
            timer.cancel()

    async def advance(self, by_s: float) -> None:
        """Let so many seconds pass, calling what falls due, each at its moment."""
        await rounds()
        end_s = self._now_s + by_s
        while self._timers and self._timers[0][0] <= end_s:
            at_s, _, timer = heapq.heappop(self._timers)
            self._now_s = max(self._now_s, at_s)
            if timer.call is not None:
                timer.call()
                await rounds()
        self._now_s = end_s
        await rounds()


async def rounds(count: int = 30) -> None:
    """Let every task that can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0)
