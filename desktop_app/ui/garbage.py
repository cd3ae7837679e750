"""Collects the window's garbage on the window's own thread, and keeps the memory that it leaves.

A Qt object that dies on another thread can take the process with it, and Python collects on
whichever thread happens to allocate: a journal read on a worker, say.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500
_OLDEST = 2
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
_LARGEST_BYTES, _KEPT_BYTES = 2 << 20, 4 << 20


class GarbageCollector(QObject):
    """Takes the place of Python's automatic collection from its making on. Main thread only.

    What is left after its first full collection is what the window is made of. It is not looked
    at again, which took 20 ms each time; ``gc.unfreeze`` before that window goes.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._has_settled = False
        QTimer.singleShot(EVERY_MS, self, keep_freed_memory)
        timer = QTimer(self)
        timer.timeout.connect(self._on_time)
        timer.start(EVERY_MS)

    def _on_time(self) -> None:
        if collect_due() == _OLDEST and not self._has_settled:
            self._has_settled = True
            gc.freeze()


def keep_freed_memory() -> None:
    """Let a long text that grows take the place of the one before it. Idempotent.

    glibc gives back what was as large as that, and gets it anew page by page: 0.2 ms in each frame
    of a reply of 500 kB. Other libraries keep it by themselves.
    """
    if sys.platform != "linux":
        return
    import ctypes  # not in the way of the first frame

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def collect_due() -> int | None:
    """Collect the oldest generation that Python itself would collect by now.

    Returns:
        Which, None where none is due.
    """
    counted, limits = gc.get_count(), gc.get_threshold()
    for generation in (_OLDEST, 1, 0):
        if counted[generation] > limits[generation]:
            gc.collect(generation)
            return generation
    return None
