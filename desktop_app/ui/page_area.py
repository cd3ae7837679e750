"""A page that scrolls one column, in line with the composer below or the field above."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look, let_ground_through

MARGIN = 20
ALL = 10_000  # stretch of a column: what it leaves beside itself is no px while it may grow


class PageArea(QScrollArea):
    """Holds a column in the middle of the whole width, whether or not the scroll bar is shown."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._row: QHBoxLayout | None = None
        let_ground_through(self)
        self.verticalScrollBar().installEventFilter(self)

    def hold(self, column: QWidget) -> None:
        """Show this column; the one before is thrown away."""
        column.setMaximumWidth(self._look.scaled(size.COLUMN))
        holder = QWidget()
        self._row = row = QHBoxLayout(holder)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(column, ALL)
        row.addStretch(1)
        for part in (holder, column):
            let_ground_through(part)
        self._set_margins()
        self.setWidget(holder)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Resize):
            self._set_margins()
        return super().eventFilter(watched, event)

    def _set_margins(self) -> None:
        """As much room before the column as the scroll bar takes behind it."""
        if self._row is None:
            return
        bar = self.verticalScrollBar()
        taken = bar.width() if bar.isVisibleTo(self) else 0
        left, right = MARGIN, MARGIN - taken
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left, right = right, left
        self._row.setContentsMargins(left, 0, right, 0)
