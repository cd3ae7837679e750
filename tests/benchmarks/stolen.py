"""When a virtual machine stood still: what its host took from it, as Linux counts it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_STAT = Path("/proc/stat")
_LOOK_EVERY_S = 0.02
_AROUND_S = 0.05  # it is counted in ticks of 10 ms, and told once the machine runs again
_STEAL = 8  # proc_stat(5): the field after the name, user, nice, system, idle, iowait and two irqs


class Stolen:
    """Moments in which a processor was ready to work and its host let it wait.

    Attributes:
        spans: From the look before to the one that told of it, in monotonic seconds.
    """

    def __init__(self, stat: Path = _STAT) -> None:
        self.spans: list[tuple[float, float]] = []
        self._stat = stat
        self._seen = self._ticks()
        self._looked_s = time.monotonic()

    def look(self) -> None:
        """Note whether something was taken since the last look."""
        now_s, ticks = time.monotonic(), self._ticks()
        if ticks > self._seen:
            self.spans.append((self._looked_s, now_s))
        self._seen, self._looked_s = ticks, now_s

    def was_near(self, at_s: float) -> bool:
        """Whether the host had some of the machine's time around that monotonic second."""
        return any(
            since_s - _AROUND_S < at_s < until_s + _AROUND_S for since_s, until_s in self.spans
        )

    def _ticks(self) -> int:
        """0 for ever where no such thing is counted."""
        try:
            return int(self._stat.read_text("ascii").split(maxsplit=_STEAL + 1)[_STEAL])
        except (OSError, IndexError):
            return 0


@asynccontextmanager
async def watched() -> AsyncIterator[Stolen]:
    """Looks until the block ends."""
    stolen = Stolen()

    async def look_on() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            stolen.look()

    looking = asyncio.create_task(look_on())
    try:
        yield stolen
    finally:
        looking.cancel()
        stolen.look()
