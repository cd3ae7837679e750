"""How a model is painted: name and price above, where it is and what it can below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.prose import tr
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui import look as size
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import shortened
from desktop_app.ui.models.model_rows import IS_CHOSEN, IS_RECENT, ROW, caption_of, name_of
from desktop_app.ui.one_lines import drop_to_line
from desktop_app.ui.panels.amounts import price_words

_PAD = 12
_GAP = 12
_ICON = 16


class RowWords(NamedTuple):
    """What a row says: name and end of the first line, and the second line."""

    name: str
    end: str
    caption: str
    is_end_faint: bool = False


def words_of_model(row: ModelRow) -> RowWords:
    """Name and price above, facts below."""
    price = price_words(row)
    return RowWords(name_of(row), price, caption_of(row), price == tr("price unknown"))


class ModelDelegate(QStyledItemDelegate):
    """Two lines; all rows are of one height.

    Args:
        words: What the row of an index (its ROW) says.
    """

    def __init__(
        self, look: Look, parent: QWidget, words: Callable[[Any], RowWords] = words_of_model
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._words = words
        lines = QFontMetrics(look.font(size.TEXT)).height()
        lines += QFontMetrics(look.font(size.CAPTION)).height()
        self._hint = QSize(120, lines + 18)

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self._hint

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        said = self._words(index.data(ROW))
        box = option.rect.adjusted(_PAD, 8, -_PAD, -8)
        half = QFontMetrics(self._look.font(size.TEXT)).height()
        upper = QRect(box.left(), box.top(), box.width(), half)
        lower = QRect(box.left(), box.top() + half + 2, box.width(), box.height() - half - 2)
        line = _Line(painter, self._look, option)
        if index.data(IS_CHOSEN):
            upper = line.icon(upper, "check", "accent")
        elif index.data(IS_RECENT):
            upper = line.icon(upper, "clock", "faint")
        upper = line.at_end(upper, said.end, "faint" if said.is_end_faint else "dim")
        weight = QFont.Weight.Medium if index.data(IS_CHOSEN) else QFont.Weight.Normal
        line.words(upper, said.name, self._look.font(size.TEXT, weight), "text")
        line.words(lower, said.caption, self._look.font(size.CAPTION), "dim")
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        ground = self._ground(option.state)
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 8, 8)

    def _ground(self, state: QStyle.StateFlag) -> QColor | None:
        if state & QStyle.StateFlag.State_Selected:
            return self._look.colour("accent_soft")
        is_over = state & QStyle.StateFlag.State_MouseOver
        return self._look.colour("hover") if is_over else None


class _Line:
    """Draws along one line, from its beginning and its end, wherever those are."""

    def __init__(self, painter: QPainter, look: Look, option: QStyleOptionViewItem) -> None:
        self._painter = painter
        self._look = look
        self._row = option.rect
        self._direction = option.direction

    def _placed(self, box: QRect) -> QRect:
        return QStyle.visualRect(self._direction, self._row, box)

    def _aligned(self, side: Qt.AlignmentFlag) -> Qt.AlignmentFlag:
        whole = side | Qt.AlignmentFlag.AlignVCenter
        return QStyle.visualAlignment(self._direction, whole) | Qt.AlignmentFlag.AlignAbsolute

    def icon(self, room: QRect, name: str, ink: str) -> QRect:
        """An icon at the end; returns what is left of the line."""
        side = self._look.scaled(_ICON)
        at = QRect(room.right() - side, room.center().y() - side // 2, side, side)
        paint_icon(self._painter, name, QRectF(self._placed(at)), self._look.colour(ink))
        return room.adjusted(0, 0, -side - 6, 0)

    def at_end(self, room: QRect, text: str, ink: str) -> QRect:
        """Small words at the end, on the line of the name; returns what is left of it."""
        small = self._look.font(size.SMALL)
        self._painter.setFont(small)
        self._painter.setPen(self._look.colour(ink))
        drop = drop_to_line(small, self._look.font(size.TEXT))
        place = QRectF(self._placed(room)).translated(0, drop)
        self._painter.drawText(place, self._aligned(Qt.AlignmentFlag.AlignRight), text)
        taken = self._painter.fontMetrics().horizontalAdvance(text)
        return room.adjusted(0, 0, -taken - _GAP, 0)

    def words(self, room: QRect, text: str, font: QFont, ink: str) -> None:
        """Words at the beginning, shortened to fit."""
        self._painter.setFont(font)
        self._painter.setPen(self._look.colour(ink))
        fitting = shortened(text, self._painter.fontMetrics(), room.width())
        whole = Qt.TextFlag.TextDontClip  # letters of another font may hang lower than the line
        self._painter.drawText(
            self._placed(room), self._aligned(Qt.AlignmentFlag.AlignLeft) | whole, fitting
        )
