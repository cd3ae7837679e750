"""Reads the pictures that a view shows: the newest at once, then all the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from desktop_app.journal.records import PictureRecord
from desktop_app.ui.wires import Wires

FIRST = 120
"""Fills a large screen; they are shown while the others are still being read."""

Show = Callable[[tuple[PictureRecord, ...], int], None]


class PicturePages:
    """One view's pictures. Main thread only.

    Args:
        name: Of the view among others.
        show: Takes the pictures that are known, newest first, and how many there are.
    """

    def __init__(self, wires: Wires, name: str, show: Show) -> None:
        self._wires = wires
        self._name = name
        self._show = show

    def read(self, thread_id: str) -> None:
        """Read those of a thread, or all for the empty id; a reading under way ends."""
        self._wires.run(partial(self._read, thread_id), f"pictures {self._name}")

    async def _read(self, thread_id: str) -> None:
        pages = self._wires.pages
        total = await pages.picture_count(thread_id)
        first = await pages.pictures(thread_id, FIRST)
        self._show(first, total)
        if total > len(first) == FIRST:
            # All at once, not page by page: one that comes meanwhile would shift the pages.
            everything = await pages.pictures(thread_id, total + FIRST)
            self._show(everything, len(everything))
