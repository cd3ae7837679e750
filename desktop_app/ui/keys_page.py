"""All keys on one page, made from the table of shortcuts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.key_words import shown_keys
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.shortcuts import TABLE, keys_of


class KeyCap(QWidget):
    """Keys as they stand on the keyboard."""

    spoken_role = "StaticText"

    def __init__(self, look: Look, parent: QWidget, keys: str) -> None:
        super().__init__(parent)
        self._look = look
        self._words = shown_keys(keys)
        self.setFont(look.font(size.SMALL))
        self.setAccessibleName(self._words)

    @property
    def words(self) -> str:
        """The keys as they are shown."""
        return self._words

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._words) + 20, metrics.height() + 10)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        width, height = self.sizeHint().width(), self.sizeHint().height()
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 0 if is_mirrored else self.width() - width
        box = QRectF(x + 0.5, (self.height() - height) // 2 + 0.5, width - 1, height - 1)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(self._look.colour("text"))
        painter.setFont(self.font())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)


class KeysPage(PageArea):
    """Groups of keys in one column."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.setWindowTitle(tr("Keys"))
        self.setAccessibleName(tr("Keys"))
        self.show_keys({})

    def show_keys(self, chosen: Mapping[str, str]) -> None:
        """Show what is bound now; ``chosen`` is what a person bound anew, by name."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 8, 0, 24)
        column.setSpacing(8)
        for group in dict.fromkeys(one.group for one in TABLE):
            column.addWidget(self._group(inner, group, chosen))
        column.addStretch(1)
        self.hold(inner)

    def _group(self, parent: QWidget, group: str, chosen: Mapping[str, str]) -> QWidget:
        widget = QWidget(parent)
        grid = QGridLayout(widget)
        grid.setContentsMargins(0, 10, 0, 6)
        grid.setVerticalSpacing(4)
        heading = Label(self._look, widget, tr(group), px=size.TEXT, weight=QFont.Weight.DemiBold)
        grid.addWidget(heading, 0, 0, 1, 2)
        rows = [one for one in TABLE if one.group == group]
        for number, one in enumerate(rows, start=1):
            keys = keys_of(one.name, chosen)
            if keys:
                grid.addWidget(Label(self._look, widget, tr(one.title)), number, 0)
                grid.addWidget(KeyCap(self._look, widget, keys), number, 1)
        grid.setColumnStretch(0, 1)
        return widget
