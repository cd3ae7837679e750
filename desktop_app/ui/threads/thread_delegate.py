"""How a row of the thread list is painted, and edited."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextOption
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.threads.snippet import Piece, is_right_to_left, pieces_of
from desktop_app.ui.threads.thread_rows import IS_OPEN, ROW, Row

_PAD = 10
_DOT = 7
_TITLE_PX = size.SMALL + 1
_LONGEST_TITLE = 200


class ThreadDelegate(QStyledItemDelegate):
    """Paints headings, threads and messages found; mirrored where the language is."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        line = QFontMetricsF(look.font(_TITLE_PX)).height()
        small = QFontMetricsF(look.font(size.CAPTION)).height()
        self._heading = QSize(100, round(max(34, small + 20)))
        self._thread = QSize(100, round(max(36, line + 18)))
        self._found = QSize(100, round(max(56, line + small + 22)))

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row: Row = index.data(ROW)
        if row.is_heading:
            return self._heading
        return self._found if row.message_id else self._thread

    # ---- a title is changed in its place ------------------------------------------------

    def createEditor(  # noqa: N802
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        field = QLineEdit(parent)
        field.setFrame(False)
        field.setMaxLength(_LONGEST_TITLE)
        field.setFont(self._look.font(_TITLE_PX))
        field.setAccessibleName(tr("Title of the thread"))
        tokens = self._look.tokens
        field.setStyleSheet(
            f"QLineEdit {{ background: {tokens.raised}; color: {tokens.text};"
            f" border: 1px solid {tokens.accent}; border-radius: 8px; padding: 0 8px; }}"
        )
        return field

    def updateEditorGeometry(  # noqa: N802
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        editor.setGeometry(option.rect.adjusted(0, 1, 0, -1))

    # ---- painting -----------------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: Row = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = _Pen(painter, self._look, option.rect, option.direction)
        if row.is_heading:
            pen.font(size.CAPTION)
            pen.words(QRectF(option.rect).adjusted(_PAD, 8, -_PAD, 0), row.title, "faint")
        else:
            self._paint_ground(painter, option, is_open=bool(index.data(IS_OPEN)))
            inner = QRectF(option.rect).adjusted(_PAD, 1, -_PAD, -1)
            if row.message_id:
                self._paint_found(pen, inner, row)
            else:
                self._paint_title(pen, inner, row, is_open=bool(index.data(IS_OPEN)))
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, *, is_open: bool
    ) -> None:
        state = option.state
        pill = QRectF(option.rect).adjusted(0, 1, 0, -1)
        ground = self._ground(
            is_open=is_open,
            is_chosen=bool(state & QStyle.StateFlag.State_Selected),
            is_over=bool(state & QStyle.StateFlag.State_MouseOver),
        )
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(pill, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._look.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _ground(self, *, is_open: bool, is_chosen: bool, is_over: bool) -> QColor | None:
        if is_chosen:
            return self._look.colour("accent_soft")
        return self._look.colour("hover") if is_open or is_over else None

    def _paint_title(self, pen: _Pen, box: QRectF, row: Row, *, is_open: bool) -> None:
        pen.font(size.CAPTION)
        taken = pen.words(box, row.detail, "dim" if is_open else "faint", is_at_end=True)
        room = box.adjusted(0, 0, -(taken + 10 if taken else 0), 0)
        if row.is_unread:
            pen.dot(QRectF(room.right() - _DOT, room.center().y() - _DOT / 2, _DOT, _DOT))
            room.adjust(0, 0, -_DOT - 8, 0)
        weight = QFont.Weight.Medium if is_open else QFont.Weight.Normal
        pen.font(_TITLE_PX, QFont.Weight.DemiBold if row.is_unread else weight)
        pen.words(room, row.title, "text")

    def _paint_found(self, pen: _Pen, box: QRectF, row: Row) -> None:
        half = box.height() / 2
        pen.font(_TITLE_PX)
        pen.words(box.adjusted(0, 4, 0, -half + 2), row.title, "text")
        pen.font(size.CAPTION)
        pen.pieces(box.adjusted(0, half - 2, 0, -4), pieces_of(row.detail))


class _Pen:
    """Draws inside one row; boxes are given as for a language that is read from the left."""

    def __init__(
        self, painter: QPainter, look: Look, row: QRect, direction: Qt.LayoutDirection
    ) -> None:
        self._painter = painter
        self._look = look
        self._row = QRectF(row)
        self._is_mirrored = direction is Qt.LayoutDirection.RightToLeft

    def font(self, px: int, weight: int = QFont.Weight.Normal) -> None:
        self._painter.setFont(self._look.font(px, weight))

    def _placed(self, box: QRectF) -> QRectF:
        if not self._is_mirrored:
            return box
        left = self._row.left() + self._row.right() - box.right()
        return QRectF(left, box.top(), box.width(), box.height())

    def words(self, box: QRectF, text: str, ink: str, *, is_at_end: bool = False) -> float:
        """One line, shortened to fit; returns the width it took."""
        if not text or box.width() <= 0:
            return 0.0
        metrics = QFontMetricsF(self._painter.font())
        fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        option = QTextOption()
        is_right = is_at_end is not self._is_mirrored
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        middle = Qt.AlignmentFlag.AlignVCenter
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | middle)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(_direction_of(text))
        self._painter.setPen(self._look.colour(ink))
        self._painter.drawText(self._placed(box), fitting, option)
        return metrics.horizontalAdvance(fitting)

    def pieces(self, box: QRectF, pieces: tuple[Piece, ...]) -> None:
        """A snippet whose words that were looked for have a ground of their own."""
        metrics = QFontMetricsF(self._painter.font())
        whole = "".join(piece.text for piece in pieces)
        if _direction_of(whole) is Qt.LayoutDirection.RightToLeft or self._is_mirrored:
            self.words(box, whole, "dim")  # pieces side by side would stand in the wrong order
            return
        x = box.left()
        for piece in pieces:
            room = QRectF(x, box.top(), box.right() - x, box.height())
            width = min(metrics.horizontalAdvance(piece.text), room.width())
            if width <= 0:
                return
            if piece.is_found:
                middle, height = room.center().y(), metrics.height()
                ground = QRectF(x, middle - height / 2, width, height)
                self._painter.setPen(Qt.PenStyle.NoPen)
                self._painter.setBrush(self._look.colour("selection"))
                self._painter.drawRoundedRect(ground, 3, 3)
            self.words(room, piece.text, "text" if piece.is_found else "dim")
            x += width

    def dot(self, box: QRectF) -> None:
        """The mark of what is unread."""
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._look.colour("accent"))
        self._painter.drawEllipse(QPointF(self._placed(box).center()), _DOT / 2, _DOT / 2)


def _direction_of(text: str) -> Qt.LayoutDirection:
    """The direction of its first letter, as the standard for mixed scripts has it."""
    is_right = is_right_to_left(text)
    return Qt.LayoutDirection.RightToLeft if is_right else Qt.LayoutDirection.LeftToRight
