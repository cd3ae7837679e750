"""A menu of many names, one of which is found by typing how it begins."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

_FORGOTTEN_MS = 1200  # from one letter to the next


class FoundMenu(QMenu):
    """Letters move to the next name that begins with them; a long menu scrolls."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._typed = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_FORGOTTEN_MS)
        self._pause.timeout.connect(self._forget)

    def add_name(self, name: str) -> QAction:
        """Add a name as it is written."""
        return self.addAction(name.replace("&", "&&"))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()  # an arrow has none
        if not text or not text.isprintable() or not (self._typed + text).strip():
            super().keyPressEvent(event)
            return
        self._typed += text.casefold()
        self._pause.start()
        for action in self.actions():
            name = action.text().replace("&&", "&").casefold()
            if action.isEnabled() and name.startswith(self._typed):
                self.setActiveAction(action)
                return

    def _forget(self) -> None:
        self._typed = ""
