"""The least that a view of so many things can be: the floors of W3 and W4."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

_CHARACTERS, _LINE, _GAP = 90, 18, 12  # of an estimated line; px
_GREY = QColor("#8a8a8a")

_Index = QModelIndex | QPersistentModelIndex


class PlainRows(QAbstractScrollArea):
    """Texts below each other, their heights estimated once into one array, drawn as they are."""

    def __init__(self, texts: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._texts = texts
        heights = (len(text) // _CHARACTERS * _LINE + _LINE + _GAP for text in texts)
        self._ends = list(accumulate(heights))
        self.verticalScrollBar().setRange(0, self._ends[-1])
        self.verticalScrollBar().setValue(self._ends[-1])

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        top, width = self.verticalScrollBar().value(), self.viewport().width()
        row = bisect_right(self._ends, top)
        while row < len(self._texts) and self._top(row) < top + self.viewport().height():
            place = QRect(0, self._top(row) - top, width, self._ends[row] - self._top(row) - _GAP)
            painter.drawText(place, Qt.TextFlag.TextWordWrap, self._texts[row])
            row += 1

    def _top(self, row: int) -> int:
        return self._ends[row - 1] if row else 0


class _Numbers(QAbstractListModel):
    def __init__(self, count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = count

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else self._count

    def data(self, _index: _Index, _role: int = Qt.ItemDataRole.DisplayRole) -> None:
        return None


class _Grey(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, _index: _Index) -> None:
        painter.fillRect(option.rect.adjusted(4, 4, -4, -4), _GREY)  # type: ignore[attr-defined]

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802
        return QSize(200, 200)


class GreyGrid(QListView):
    """As many grey rectangles, in Qt's own icon view."""

    def __init__(self, count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Grey(self))
        self.setModel(_Numbers(count, self))
