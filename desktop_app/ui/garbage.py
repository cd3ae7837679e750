"""Collects the window's garbage on the window's own thread, and on no other.

A Qt object that dies on another thread can take the process with it, and Python collects on
whichever thread happens to allocate: a journal read on a worker, say.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500


class GarbageCollector(QObject):
    """Takes the place of Python's automatic collection from its making on. Main thread only."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(collect_due)
        timer.start(EVERY_MS)


def collect_due() -> None:
    """Collect the oldest generation that Python itself would collect by now, if any."""
    counted, limits = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counted[generation] > limits[generation]:
            gc.collect(generation)
            return
