"""Markdown that grows at its end: what is finished is never cut again."""

from __future__ import annotations

from desktop_app.ui.chat.markdown_block import MarkdownBlock
from desktop_app.ui.chat.markdown_cutter import OUTSIDE, Mode, cut_from


class MarkdownText:
    """A text that grows at its end, as blocks; finished blocks are never cut again.

    Attributes:
        blocks: All of them, one list that changes at its end: a long one is not copied.
    """

    def __init__(self) -> None:
        self._text = ""
        self._modes: list[Mode] = []  # where each block begins
        self.blocks: list[MarkdownBlock] = []

    def show(self, text: str) -> int:
        """Take the whole text and return the first block that may have changed."""
        keep = 0
        if self.blocks and text.startswith(self._text):
            keep = self._last_sure_block()
        start = self.blocks[keep].start if keep else 0
        mode = self._modes[keep] if keep else OUTSIDE
        before = self.blocks[keep:]
        self._text = text
        cutter = cut_from(text[start:], start, mode)
        self._modes[keep:] = cutter.modes
        self.blocks[keep:] = cutter.blocks
        for old, new in zip(before, cutter.blocks, strict=False):
            if old != new:
                break
            keep += 1
        return min(keep, max(0, len(self.blocks) - 1))

    def _last_sure_block(self) -> int:
        """The last block that no end of the unfinished last line can make another."""
        line = self._text.rfind("\n") + 1
        number = len(self.blocks) - 1
        while number > 0 and self.blocks[number].start >= line:
            number -= 1
        return number
