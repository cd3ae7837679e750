"""Everything that is remembered, with the room of a whole page."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.page_area import ALL, MARGIN
from desktop_app.ui.panels.memory_panel import MemoryPanel


class MemoryPage(QWidget):
    """The panel in the middle of a page."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Memory"))
        self.panel = MemoryPanel(look, self)
        self.panel.setMaximumWidth(look.scaled(size.COLUMN))
        self.setFocusProxy(self.panel.search)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 12, MARGIN, 12)
        row.addStretch(1)
        row.addWidget(self.panel, ALL)
        row.addStretch(1)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Who comes back finds all of it, not what was looked for some time ago."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.panel.search.clear()
