"""The mark at the end of a line that empties it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from desktop_app.prose import tr
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look

_SIDE, _CROSS = 32, 24  # px at 2x; Qt gives every such mark the same 16 px


class ClearMark(QObject):
    """Qt's own, seen while there is something to empty, as an icon of the window."""

    def __init__(self, look: Look, line: QLineEdit) -> None:
        super().__init__(line)
        self._look = look
        self._line = line
        line.setClearButtonEnabled(True)
        for button in line.findChildren(QAbstractButton):
            button.setAccessibleName(tr("Empty this field"))
        look.changed.connect(self._dress)
        line.textChanged.connect(self._show)
        self._dress()
        self._show(line.text())

    def _show(self, text: str) -> None:
        """Qt lets it fade only: it would be there to a screen reader, and to a click."""
        for action in self._line.findChildren(QAction):
            action.setVisible(bool(text))

    def _dress(self) -> None:
        cross = QPixmap(_SIDE, _SIDE)
        cross.fill(Qt.GlobalColor.transparent)
        painter = QPainter(cross)
        side = _CROSS * self._look.text_scale
        box = QRectF((_SIDE - side) / 2, (_SIDE - side) / 2, side, side)
        paint_icon(painter, "close", box, self._look.colour("dim"))
        painter.end()
        for action in self._line.findChildren(QAction):
            action.setIcon(QIcon(cross))
            action.setToolTip(tr("Empty this field"))
