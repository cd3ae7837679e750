"""Markdown cut into top-level blocks, so that a growing reply is parsed only at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([^\s`]*)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """One block.

    Attributes:
        start: Where its source begins in the whole text, in characters.
        source: The Markdown of the block; for code, the code alone.
        is_code: A fenced code block.
        language: As named at the fence.
    """

    start: int
    source: str
    is_code: bool = False
    language: str = ""


class MarkdownText:
    """A text that grows at its end, as blocks; finished blocks are never cut again."""

    def __init__(self) -> None:
        self._text = ""
        self.blocks: tuple[MarkdownBlock, ...] = ()

    def show(self, text: str) -> int:
        """Take the whole text and return the first block that may have changed."""
        keep, start = 0, 0
        if self.blocks and text.startswith(self._text):
            keep = max(0, len(self.blocks) - 1)
            start = self.blocks[keep].start
        self._text = text
        self.blocks = (*self.blocks[:keep], *cut_blocks(text[start:], start))
        return keep


def cut_blocks(text: str, offset: int = 0) -> list[MarkdownBlock]:
    """Cut a text at its blank lines; fences and lists stay whole."""
    cutter = _Cutter(offset)
    for line in text.splitlines(keepends=True):
        cutter.feed(line)
    cutter.close()
    return cutter.blocks


class _Cutter:
    def __init__(self, offset: int) -> None:
        self.blocks: list[MarkdownBlock] = []
        self._at = offset
        self._start = offset
        self._lines: list[str] = []
        self._fence = ""
        self._language = ""
        self._is_list = False
        self._blank_seen = False

    def feed(self, line: str) -> None:
        if self._fence:
            self._feed_code(line)
        elif opened := _FENCE.match(line):
            if not (self._is_list and line.startswith("  ")):
                self._open_fence(line, opened)
            else:
                self._add(line)
        elif not line.strip():
            self._blank_seen = True
            if not self._is_list:
                self.close()
            elif self._lines:
                self._lines.append(line)
        else:
            self._feed_prose(line)
        self._at += len(line)

    def _feed_prose(self, line: str) -> None:
        is_item = _ITEM.match(line) is not None
        if self._is_list and self._blank_seen and not (is_item or line[0] in " \t"):
            self.close()
        self._add(line)
        self._is_list = self._is_list or (is_item and len(self._lines) == 1)

    def _add(self, line: str) -> None:
        if not self._lines:
            self._start = self._at
        self._lines.append(line)
        self._blank_seen = False

    def _open_fence(self, line: str, opened: re.Match[str]) -> None:
        self.close()
        self._start = self._at
        self._fence, self._language = opened.group(1), opened.group(2)

    def _feed_code(self, line: str) -> None:
        mark = line.strip()
        if len(mark) >= len(self._fence) and not mark.strip(self._fence[0]) and mark:
            self._close_code()
        else:
            self._lines.append(line)

    def _close_code(self) -> None:
        code = "".join(self._lines).removesuffix("\n")
        self.blocks.append(MarkdownBlock(self._start, code, True, self._language))
        self._lines, self._fence, self._language = [], "", ""

    def close(self) -> None:
        """End the open block; at the end of the text, an open fence is shown as it stands."""
        if self._fence:
            self._close_code()
        elif self._lines:
            source = "".join(self._lines).rstrip()
            self.blocks.append(MarkdownBlock(self._start, source))
        self._lines, self._is_list, self._blank_seen = [], False, False
