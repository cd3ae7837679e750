"""Discarding what cannot be made again: it goes a little later, and until then comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.ui.wires import Wires

UNDO_MS = 10_000


class _Waiting(NamedTuple):
    discard: Callable[[], None]
    take_back: Callable[[], None]


class Discarding(QObject):
    """One undo for everything of a kind that was discarded while it was offered. Main thread only.

    Args:
        wires: The window's.
        code: Of the notice about one thing.
        many: Of the notice about several, with their ``number``.
    """

    def __init__(self, wires: Wires, code: str, many: str) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._codes = (code, many)
        self._waiting: dict[str, _Waiting] = {}
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(UNDO_MS)
        self._time.timeout.connect(self.settle)

    @property
    def codes(self) -> Collection[str]:
        """Of the notices whose step is ``undo``."""
        return self._codes

    def begin(
        self, key: str, *, discard: Callable[[], None], take_back: Callable[[], None]
    ) -> None:
        """Offer to take it back; a key that waits already stays as it is.

        Args:
            key: Which thing of its kind.
            discard: Lets it go, when nobody took it back.
            take_back: Puts it where it was.
        """
        if key in self._waiting:
            return
        self._waiting[key] = _Waiting(discard, take_back)
        one, many = self._codes
        number = len(self._waiting)
        if number > 1:
            self._wires.dismiss(one)
        facts = {"number": str(number)} if number > 1 else {}
        self._wires.notify(Notice(NoticeLevel.INFO, many if number > 1 else one, facts, "undo"))
        self._time.start()

    def forget(self, key: str) -> None:
        """There is nothing of it that could be taken back, or discarded."""
        if self._waiting.pop(key, None) is not None and not self._waiting:
            self._emptied()

    def undo(self) -> None:
        """Take back everything that waits."""
        for waiting in self._emptied():
            waiting.take_back()

    def settle(self) -> bool:
        """Discard at once what waits; whether there was anything."""
        waiting = self._emptied()
        for one in waiting:
            one.discard()
        return bool(waiting)

    def _emptied(self) -> tuple[_Waiting, ...]:
        self._time.stop()
        waiting = tuple(self._waiting.values())
        self._waiting.clear()
        for code in self._codes:
            self._wires.dismiss(code)
        return waiting
