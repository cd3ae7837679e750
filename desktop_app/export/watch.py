"""How far long work has come, and the wish that it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop_app.errors import StoppedError
from desktop_app.prose import tr

_STEPS_TOLD = 200


def _nobody(_done: int, _total: int) -> None:
    pass


class Watch:
    """Given to long work on a worker thread; ``cancel`` may be called from any thread.

    Args:
        tell: Told how much of how much is done, some hundred times at most. Worker thread.
    """

    def __init__(self, tell: Callable[[int, int], None] = _nobody) -> None:
        self._tell = tell
        self._is_cancelled = threading.Event()
        self._done = 0
        self._total = 1

    def cancel(self) -> None:
        """End the work at its next step; it leaves nothing behind. Idempotent."""
        self._is_cancelled.set()

    def begin(self, total: int) -> None:
        """Know how many steps there are."""
        self._done, self._total = 0, max(total, 1)
        self._tell(0, self._total)

    def step(self) -> None:
        """One more step is done.

        Raises:
            StoppedError: ``export.cancelled``
        """
        self.check()
        before = self._done * _STEPS_TOLD // self._total
        self._done = min(self._done + 1, self._total)
        if self._done * _STEPS_TOLD // self._total != before:
            self._tell(self._done, self._total)

    def check(self) -> None:
        """Raises:
        StoppedError: ``export.cancelled``
        """
        if self._is_cancelled.is_set():
            raise StoppedError("export.cancelled", tr("It was cancelled; nothing was left behind."))
