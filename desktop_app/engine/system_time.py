"""Time as it passes: the clocks of this machine and the loop's timers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class SystemTime:
    """Satisfies ``engine.ports.Time``. Loop thread only."""

    now = staticmethod(time.monotonic)
    """Monotonic seconds, on the clock that PortAudio callbacks stamp frames with."""

    def wall(self) -> float:
        """Unix seconds."""
        return time.time()

    def after(self, delay_s: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Call once after so many seconds."""
        return asyncio.get_running_loop().call_later(delay_s, call)

    async def sleep(self, delay_s: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(delay_s)
