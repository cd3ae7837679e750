"""The machine's timers: one per name, on whatever time there is."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.engine.inputs import Input, TimerFired, TimerName
from desktop_app.engine.ports import Time, Timer


class Timers:
    """Sets and clears named timers. Loop thread only."""

    def __init__(self, time: Time, tell: Callable[[Input], None]) -> None:
        self._time = time
        self._tell = tell
        self._running: dict[TimerName, Timer] = {}

    def set(self, name: TimerName, after_s: float) -> None:
        """Tell ``TimerFired`` after so many seconds; replaces a running one."""
        self.clear(name)
        self._running[name] = self._time.after(after_s, lambda: self._fire(name))

    def clear(self, name: TimerName) -> None:
        """Do not tell. Idempotent."""
        timer = self._running.pop(name, None)
        if timer is not None:
            timer.cancel()

    def clear_all(self) -> None:
        """Tell nothing any more."""
        for name in tuple(self._running):
            self.clear(name)

    def _fire(self, name: TimerName) -> None:
        self._running.pop(name, None)
        self._tell(TimerFired(name))
