"""Time for one conversation, in which nothing is said before what was said before it."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.engine.ports import Time, Timer


class OnwardTime:
    """Satisfies ``ports.Time``; its days do not go back, though the computer's clock is set back.

    Messages stand in the order of their times, which the conversations of other clients share. One
    that is said after a clock was set right has the time of the one before it, until that is past.
    """

    def __init__(self, time: Time) -> None:
        self._time = time
        self._newest_s = 0.0
        self.now = time.now

    def wall(self) -> float:
        """Unix seconds."""
        self._newest_s = max(self._newest_s, self._time.wall())
        return self._newest_s

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Call once after so many seconds."""
        return self._time.after(delay_s, call)

    async def sleep(self, delay_s: float) -> None:
        """Return after so many seconds."""
        await self._time.sleep(delay_s)
