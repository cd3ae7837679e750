"""Deletions that can be undone for a while, because they have not happened yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

UNDO_MS = 10_000


class Deletions(QObject):
    """What is being deleted, by key. Main thread only.

    Signals:
        changed: Something is being deleted, was taken back, or is deleted now.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, undo_ms: int = UNDO_MS) -> None:
        super().__init__(parent)
        self._undo_ms = undo_ms
        self._waiting: dict[str, tuple[QTimer, Callable[[], None]]] = {}

    def begin(self, key: str, delete: Callable[[], None]) -> None:
        """Delete later; until then ``undo`` takes it back."""
        if key in self._waiting:
            return
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._on_timeout)
        timer.start(self._undo_ms)
        self._waiting[key] = timer, delete
        self.changed.emit()

    def undo(self, key: str) -> None:
        """It stays. Idempotent."""
        if self._forget(key) is not None:
            self.changed.emit()

    def is_under_way(self, key: str) -> bool:
        """Whether it is being deleted and can be taken back."""
        return key in self._waiting

    def settle(self) -> bool:
        """Delete at once all that waits; whether there was anything."""
        waiting = tuple(self._waiting)
        for key in waiting:
            self._delete(key)
        return bool(waiting)

    def _on_timeout(self) -> None:
        over = [key for key, (timer, _) in self._waiting.items() if timer is self.sender()]
        for key in over:
            self._delete(key)

    def _delete(self, key: str) -> None:
        delete = self._forget(key)
        if delete is not None:
            delete()
            self.changed.emit()

    def _forget(self, key: str) -> Callable[[], None] | None:
        timer, delete = self._waiting.pop(key, (None, None))
        if timer is not None:
            timer.stop()
            timer.deleteLater()
        return delete
