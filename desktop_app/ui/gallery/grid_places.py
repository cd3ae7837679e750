"""Where the pictures of a grid stand. Pure."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect

GAP = 12


class GridPlaces(NamedTuple):
    """Cells of one size in rows, for one width of the view.

    Attributes:
        total: How many pictures there are.
        columns: How many stand beside each other.
        side: Width of a cell; its picture is a square of that width, px.
        foot: Room for words below each picture, px.
        margin: Around all of them, px.
        width: Of the view, px.
        is_mirrored: The first one stands on the right.
    """

    total: int
    columns: int
    side: int
    foot: int
    margin: int
    width: int
    is_mirrored: bool = False

    @property
    def row_height(self) -> int:
        """From one row to the next."""
        return self.side + self.foot + GAP

    @property
    def height(self) -> int:
        """Of all rows with their margins."""
        rows = -(-self.total // self.columns)
        return rows * self.row_height - GAP + 2 * self.margin if rows else 0

    def picture(self, number: int) -> QRect:
        """The square of a picture, from the top of the first row's margin."""
        row, column = divmod(number, self.columns)
        x = self.margin + column * (self.side + GAP)
        if self.is_mirrored:
            x = self.width - x - self.side
        return QRect(x, self.margin + row * self.row_height, self.side, self.side)

    def cell(self, number: int) -> QRect:
        """The picture and the words below it."""
        return self.picture(number).adjusted(0, 0, 0, self.foot)

    def at(self, point: QPoint) -> int:
        """Number of the picture there, or -1."""
        row = (point.y() - self.margin) // self.row_height
        x = self.width - 1 - point.x() if self.is_mirrored else point.x()
        column = (x - self.margin) // (self.side + GAP)
        number = row * self.columns + column
        is_one = row >= 0 and 0 <= column < self.columns and number < self.total
        return number if is_one and self.cell(number).contains(point) else -1

    def visible(self, top: int, height: int) -> range:
        """Numbers of those that a view of that height shows from ``top`` on."""
        first = max(0, (top - self.margin) // self.row_height) * self.columns
        last = max(0, (top + height - self.margin) // self.row_height + 1) * self.columns
        return range(min(first, self.total), min(last, self.total))


def grid_places(
    count: int, width: int, *, wish: int, foot: int, margin: int, is_mirrored: bool
) -> GridPlaces:
    """As many columns as fit with cells of about ``wish`` px, and at least one."""
    room = max(1, width - 2 * margin)
    columns = max(1, round((room + GAP) / (wish + GAP)))
    side = max(1, (room - (columns - 1) * GAP) // columns)
    return GridPlaces(count, columns, side, foot, margin, width, is_mirrored)
