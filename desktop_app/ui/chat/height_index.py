"""Heights of rows in one list, with tops and rows found in logarithmic time (a Fenwick tree)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


class HeightIndex:
    """Heights in px of rows stacked without gaps."""

    def __init__(self, heights: Sequence[int] = ()) -> None:
        self._heights = list(heights)
        tops = list(accumulate(self._heights, initial=0))
        self._tree = [top - tops[node & (node - 1)] for node, top in enumerate(tops)]
        self._highest_bit = 1 << (len(self._heights).bit_length() - 1) if self._heights else 0
        self._total = tops[-1]

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """Height of all rows."""
        return self._total

    def height(self, row: int) -> int:
        """Height of one row."""
        return self._heights[row]

    def top(self, row: int) -> int:
        """Where a row begins; ``len(self)`` gives the total."""
        height = 0
        while row > 0:
            height += self._tree[row]
            row &= row - 1
        return height

    def set_height(self, row: int, height: int) -> int:
        """Replace one height and return by how much it grew."""
        grown = height - self._heights[row]
        if grown:
            self._heights[row] = height
            self._total += grown
            node = row + 1
            while node < len(self._tree):
                self._tree[node] += grown
                node += node & -node
        return grown

    def row_at(self, y: int) -> int:
        """The row that covers ``y``, the nearest one outside; -1 when there are no rows."""
        row, bit = 0, self._highest_bit
        while bit:
            if row + bit < len(self._tree) and self._tree[row + bit] <= y:
                row += bit
                y -= self._tree[row]
            bit >>= 1
        return min(row, len(self._heights) - 1)

    def append(self, height: int) -> None:
        """Put one row below all others."""
        node = len(self._tree)
        below = node - (node & -node)  # the new node covers the rows from here on
        self._heights.append(height)
        self._total += height
        self._tree.append(self.top(node - 1) - self.top(below) + height)
        self._highest_bit = 1 << (node.bit_length() - 1)

    def truncate(self, count: int) -> None:
        """Take away all rows but the first ``count``."""
        self._total -= sum(self._heights[count:])
        del self._heights[count:], self._tree[count + 1 :]
        self._highest_bit = 1 << (count.bit_length() - 1) if count else 0

    def heights(self) -> tuple[int, ...]:
        """All heights, first row first."""
        return tuple(self._heights)
