"""What is seen where a fold is open: thoughts as they grow, and the words of a tool."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from desktop_app.ui.chat.block_column import BlockColumn
from desktop_app.ui.chat.code_frame import CodeFrame
from desktop_app.ui.chat.growing_markdown import MarkdownText
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.look import Look

_JSON = CodeFrame("json", is_titled=False)


class Thoughts:
    """Quiet Markdown that grows, laid out where it is looked at."""

    def __init__(self, look: Look, width: int) -> None:
        self._markdown = MarkdownText()
        self._column = BlockColumn(look, width, is_quiet=True)

    def show(self, text: str) -> None:
        """Show this text; what of it is finished stays laid out."""
        keep = self._markdown.show(text)
        self._column.show(self._markdown.blocks, keep)

    @property
    def height(self) -> int:
        """px, as far as known."""
        return self._column.height

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what lies between two heights."""
        self._column.measure(top, bottom)

    def pieces(self, top: float, bottom: float) -> Iterator[tuple[Hashable, int, int]]:
        """What is painted between two heights, each under a key of its own."""
        yield from self._column.pieces(top, bottom)

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Paint at the painter's origin."""
        self._column.paint(painter, clip, None)


class ToolWords:
    """What a tool was given and what it gave, as code."""

    def __init__(self, look: Look, width: int) -> None:
        self._block = TextBlock(look)
        self._width = width

    def show(self, text: str) -> None:
        """Show this text."""
        self._block.show_code(text, _JSON, self._width)

    @property
    def height(self) -> int:
        """px."""
        return self._block.height

    def measure(self, top: float, bottom: float) -> None:
        """Nothing is left to be laid out."""

    def pieces(self, top: float, bottom: float) -> Iterator[tuple[Hashable, int, int]]:
        """It is one piece."""
        yield self._block.stamp, 0, self._block.height

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Paint at the painter's origin."""
        self._block.paint(painter, None, clip)
