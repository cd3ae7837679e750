"""Garbage between tests: what they left goes, what they are made of is not looked at each time."""

from __future__ import annotations

import gc
import itertools


class Garbage:
    """Collects what tests left; what a collection left lasts, and is seldom looked at again.

    Args:
        thorough_every: Each so many collections one looks at everything: what lasted, a module's
            fixture say, may be garbage by now.
    """

    def __init__(self, thorough_every: int) -> None:
        self._thorough_every = thorough_every
        self._collections = itertools.count(1)
        self._lasting = 0

    def collect(self) -> None:
        """Collect what came since, and what a window of the tests took for its lasting parts."""
        is_thorough = next(self._collections) % self._thorough_every == 0
        if is_thorough or gc.get_freeze_count() > self._lasting:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._lasting = gc.get_freeze_count()
