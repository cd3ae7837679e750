"""How a row of the thread list is painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.threads.thread_rows import ROW, Row

_HEADING, _THREAD, _FOUND = 34, 36, 56
_PAD = 10


class ThreadDelegate(QStyledItemDelegate):
    """Paints headings, threads and messages found."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row: Row = index.data(ROW)
        if row.is_heading:
            return QSize(100, _HEADING)
        return QSize(100, _FOUND if row.message_id else _THREAD)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: Row = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        if row.is_heading:
            self._paint_heading(painter, box, row)
        else:
            state = option.state
            self._paint_thread(painter, box, row, state)
        painter.restore()

    def _paint_heading(self, painter: QPainter, box: QRectF, row: Row) -> None:
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("faint"))
        words = box.adjusted(_PAD, 8, -_PAD, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, row.title)

    def _paint_thread(
        self, painter: QPainter, box: QRectF, row: Row, state: QStyle.StateFlag
    ) -> None:
        is_open = bool(state & QStyle.StateFlag.State_Selected)
        ground = self._ground(is_open, bool(state & QStyle.StateFlag.State_MouseOver))
        pill = box.adjusted(0, 1, 0, -1)
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(pill, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._look.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        inner = pill.adjusted(_PAD, 0, -_PAD, 0)
        if row.message_id:
            self._paint_found(painter, inner, row)
        else:
            self._paint_title(painter, inner, row, is_open)

    def _ground(self, is_open: bool, is_over: bool) -> QColor | None:
        if is_open:
            return self._look.colour("accent_soft")
        return self._look.colour("hover") if is_over else None

    def _paint_title(self, painter: QPainter, box: QRectF, row: Row, is_open: bool) -> None:
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("dim" if is_open else "faint"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, row.detail)
        taken = QFontMetricsF(painter.font()).horizontalAdvance(row.detail)
        words = box.adjusted(0, 0, -(taken + 10 if row.detail else 0), 0)
        weight = QFont.Weight.Medium if is_open else QFont.Weight.Normal
        self._elided(painter, words, row.title, weight=weight)

    def _paint_found(self, painter: QPainter, box: QRectF, row: Row) -> None:
        half = box.height() / 2
        self._elided(painter, box.adjusted(0, 4, 0, -half + 2), row.title)
        painter.setPen(self._look.colour("dim"))
        painter.setFont(self._look.font(size.CAPTION))
        snippet = " ".join(row.detail.replace("\x02", "").replace("\x03", "").split())
        metrics = QFontMetricsF(painter.font())
        fitting = metrics.elidedText(snippet, Qt.TextElideMode.ElideRight, box.width())
        below = box.adjusted(0, half - 2, 0, -4)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, fitting)

    def _elided(
        self, painter: QPainter, box: QRectF, text: str, weight: int = QFont.Weight.Normal
    ) -> None:
        painter.setFont(self._look.font(size.SMALL + 1, weight))
        painter.setPen(self._look.colour("text"))
        metrics = QFontMetricsF(painter.font())
        fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, fitting)
