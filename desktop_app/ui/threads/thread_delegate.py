"""How a row of the thread list is painted, and edited."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
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
from desktop_app.ui.one_lines import OneLines
from desktop_app.ui.threads.snippet import Piece, is_right_to_left, pieces_of
from desktop_app.ui.threads.thread_rows import Row, ThreadRows

_PAD = 10
_DOT = 7
_TITLE_PX = size.SMALL + 1
_LONGEST_TITLE = 200
_CHOSEN = QStyle.StateFlag.State_Selected.value
_OVER = QStyle.StateFlag.State_MouseOver.value
_FOCUSED = QStyle.StateFlag.State_HasFocus.value


class ThreadDelegate(QStyledItemDelegate):
    """Paints headings, threads and messages found; mirrored where the language is."""

    def __init__(self, look: Look, parent: QWidget, rows: ThreadRows) -> None:
        super().__init__(parent)
        self._look = look
        self._rows = rows
        self._pens = _Pens(look)
        line = self._pens.lines(_TITLE_PX).height
        small = self._pens.lines(size.CAPTION).height
        self._heading = QSize(100, round(max(34, small + 20)))
        self._thread = QSize(100, round(max(36, line + 18)))
        self._found = QSize(100, round(max(56, line + small + 22)))

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row = self._rows.row(index)  # asked for hundreds of rows at a time: past Qt's own data
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
        row = self._rows.row(index)
        is_open = self._rows.is_open(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = _Pen(painter, self._pens, option.rect, option.direction)
        if row.is_heading:
            heading = QRectF(option.rect).adjusted(_PAD, 8, -_PAD, 0)
            pen.words(heading, row.title, "faint", self._pens.lines(size.CAPTION))
        else:
            self._paint_ground(painter, option, is_open=is_open)
            inner = QRectF(option.rect).adjusted(_PAD, 1, -_PAD, -1)
            if row.message_id:
                self._paint_found(pen, inner, row)
            else:
                self._paint_title(pen, inner, row, is_open=is_open)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, *, is_open: bool
    ) -> None:
        state = option.state.value  # a number: each flag that is made of others costs 5 us
        pill = QRectF(option.rect).adjusted(0, 1, 0, -1)
        ground = self._ground(
            is_open=is_open,
            is_chosen=bool(state & _CHOSEN),
            is_over=bool(state & _OVER),
        )
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(pill, 8, 8)
        if state & _FOCUSED:
            painter.setPen(self._look.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _ground(self, *, is_open: bool, is_chosen: bool, is_over: bool) -> QColor | None:
        if is_chosen:
            return self._look.colour("accent_soft")
        return self._look.colour("hover") if is_open or is_over else None

    def _paint_title(self, pen: _Pen, box: QRectF, row: Row, *, is_open: bool) -> None:
        ink, small = "dim" if is_open else "faint", self._pens.lines(size.CAPTION)
        weight = QFont.Weight.Medium if is_open else QFont.Weight.Normal
        letters = self._pens.lines(_TITLE_PX, QFont.Weight.DemiBold if row.is_unread else weight)
        middle = box.center().y()
        drop = letters.baseline(middle) - small.baseline(middle)
        taken = pen.words(box.translated(0, drop), row.detail, ink, small, is_at_end=True)
        room = box.adjusted(0, 0, -(taken + 10 if taken else 0), 0)
        if row.is_unread:
            pen.dot(QRectF(room.right() - _DOT, room.center().y() - _DOT / 2, _DOT, _DOT))
            room.adjust(0, 0, -_DOT - 8, 0)
        pen.words(room, row.title, "text", letters)

    def _paint_found(self, pen: _Pen, box: QRectF, row: Row) -> None:
        half = box.height() / 2
        title = box.adjusted(0, 4, 0, -half + 2)
        pen.words(title, row.title, "text", self._pens.lines(_TITLE_PX))
        snippet = box.adjusted(0, half - 2, 0, -4)
        pen.pieces(snippet, pieces_of(row.detail), self._pens.lines(size.CAPTION))


class _Pens:
    """The colours and the letters of the list."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._lines: dict[tuple[int, int], OneLines] = {}

    def colour(self, name: str) -> QColor:
        return self._look.colour(name)

    def lines(self, px: int, weight: int = QFont.Weight.Normal) -> OneLines:
        key = (px, int(weight))
        if key not in self._lines:
            self._lines[key] = OneLines(self._look.font(px, weight))
        return self._lines[key]


class _Pen:
    """Draws inside one row; boxes are given as for a language that is read from the left."""

    def __init__(
        self, painter: QPainter, pens: _Pens, row: QRect, direction: Qt.LayoutDirection
    ) -> None:
        self._painter = painter
        self._pens = pens
        self._row = QRectF(row)
        self._is_mirrored = direction is Qt.LayoutDirection.RightToLeft

    def _placed(self, box: QRectF) -> QRectF:
        if not self._is_mirrored:
            return box
        left = self._row.left() + self._row.right() - box.right()
        return QRectF(left, box.top(), box.width(), box.height())

    def words(
        self, box: QRectF, text: str, ink: str, lines: OneLines, *, is_at_end: bool = False
    ) -> float:
        """One line, shortened to fit; returns the width it took."""
        if not text or box.width() <= 0:
            return 0.0
        line = lines.fitting(text, box.width())
        width = line.size().width()
        place = self._placed(box)
        is_right = is_at_end is not self._is_mirrored
        left = place.right() - width if is_right else place.left()
        self._painter.setPen(self._pens.colour(ink))
        lines.draw(self._painter, left, place.center().y(), line)
        return width

    def pieces(self, box: QRectF, pieces: tuple[Piece, ...], lines: OneLines) -> None:
        """A snippet whose words that were looked for have a ground of their own."""
        whole = "".join(piece.text for piece in pieces)
        if is_right_to_left(whole):
            self.words(box, whole, "dim", lines)  # side by side they would be in the wrong order
            return
        place = self._placed(box)
        long = lines.fitting(whole, place.width()).size().width()
        x = place.right() - long if self._is_mirrored else place.left()
        for piece in pieces:
            room = QRectF(x, place.top(), place.right() - x, place.height())
            if room.width() <= 0:
                return
            line = lines.fitting(piece.text, room.width())
            if piece.is_found:
                self._mark(room, line.size().width(), lines)
            self._painter.setPen(self._pens.colour("text" if piece.is_found else "dim"))
            lines.draw(self._painter, x, room.center().y(), line)
            x += line.size().width()

    def _mark(self, room: QRectF, width: float, lines: OneLines) -> None:
        ground = QRectF(room.left(), room.center().y() - lines.height / 2, width, lines.height)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._pens.colour("selection"))
        self._painter.drawRoundedRect(ground, 3, 3)

    def dot(self, box: QRectF) -> None:
        """The mark of what is unread."""
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._pens.colour("accent"))
        self._painter.drawEllipse(QPointF(self._placed(box).center()), _DOT / 2, _DOT / 2)
