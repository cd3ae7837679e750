"""Markdown cut into top-level blocks, so that a growing reply is parsed only at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

_FENCE = re.compile(r"( *)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
_ITEM = re.compile(r"( {0,3})([-*+]|(\d{1,9})([.)]))(?:\s+|$)")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_MATH_LINE = re.compile(r" {0,3}(?:\$\$(?P<a>[^$]+)\$\$|\\\[(?P<b>.+)\\\])\s*$")
_MATH_ENDS = {"$$": "$$", "\\[": "\\]"}

# A block larger than this is cut, so that what grows stays cheap wherever it grows.
CODE_LINES = 120
LIST_ITEMS = 16
TABLE_ROWS = 60
PROSE_CHARACTERS = 4000


class Kind(StrEnum):
    """How a block is shown."""

    PROSE = "prose"
    CODE = "code"
    MATH = "math"
    RULE = "rule"
    PLAIN = "plain"  # as it was typed


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """One block.

    Attributes:
        start: Where its source begins in the whole text, in characters.
        source: The Markdown of the block; for code and math, that alone.
        language: As named at the fence.
        indent: Levels of the list that it stands in.
        is_joined: It goes on with what the block before began.
    """

    start: int
    source: str
    kind: Kind = Kind.PROSE
    language: str = ""
    indent: int = 0
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class _Mode:
    """What a cutter must know where a block begins.

    Attributes:
        fence: The mark that closes the open code or math.
        columns: Spaces before the fence, taken off each of its lines.
        list_start: Columns of the items of the open list, -1 outside of one.
        number: Of the next item of an ordered list, 0 in others.
        dedent: Columns taken off what follows code inside of an item.
        head: First two lines of a table that is cut.
        is_joined: The block begun goes on with the one before.
        is_inside_line: It begins inside of a line.
    """

    fence: str = ""
    language: str = ""
    columns: int = 0
    list_start: int = -1
    number: int = 0
    dedent: int = 0
    head: str = ""
    is_joined: bool = False
    is_inside_line: bool = False


_OUTSIDE = _Mode()


class MarkdownText:
    """A text that grows at its end, as blocks; finished blocks are never cut again.

    Attributes:
        blocks: All of them, one list that changes at its end: a long one is not copied.
    """

    def __init__(self) -> None:
        self._text = ""
        self._modes: list[_Mode] = []  # where each block begins
        self.blocks: list[MarkdownBlock] = []

    def show(self, text: str) -> int:
        """Take the whole text and return the first block that may have changed."""
        keep = 0
        if self.blocks and text.startswith(self._text):
            keep = self._last_sure_block()
        start = self.blocks[keep].start if keep else 0
        mode = self._modes[keep] if keep else _OUTSIDE
        before = self.blocks[keep:]
        self._text = text
        cutter = _cut(text[start:], start, mode)
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


def cut_blocks(text: str, offset: int = 0) -> list[MarkdownBlock]:
    """Cut a text at its blank lines; fences stay whole, long blocks are cut in pieces."""
    return _cut(text, offset, _OUTSIDE).blocks


def cut_plain(text: str) -> tuple[MarkdownBlock, ...]:
    """Cut a text that is shown as it was typed, only where it is too long to lay out at once."""
    blocks: list[MarkdownBlock] = []
    start = 0
    while len(text) - start > 2 * PROSE_CHARACTERS:
        end = text.rfind("\n", start + 1, start + PROSE_CHARACTERS) + 1
        end = end or text.rfind(" ", start + 1, start + PROSE_CHARACTERS) + 1
        end = end or start + PROSE_CHARACTERS
        piece = text[start:end].removesuffix("\n")
        blocks.append(MarkdownBlock(start, piece, Kind.PLAIN, is_joined=start > 0))
        start = end
    if start < len(text):
        blocks.append(MarkdownBlock(start, text[start:], Kind.PLAIN, is_joined=start > 0))
    return tuple(blocks)


def _cut(text: str, offset: int, mode: _Mode) -> _Cutter:
    cutter = _Cutter(offset, mode)
    for line in text.split("\n"):
        cutter.feed(line)
    cutter.close()
    return cutter


class _Cutter:
    def __init__(self, offset: int, mode: _Mode) -> None:
        self.blocks: list[MarkdownBlock] = []
        self.modes: list[_Mode] = []
        self._mode = mode  # now
        self._begun = mode  # when the open block began
        self._restart = mode  # just before it began
        self._at = offset
        self._start = offset
        self._lines: list[str] = []
        self._items = 0
        self._length = 0
        self._blank_seen = False

    def feed(self, line: str) -> None:
        """Take one line, without its end."""
        if self._mode.fence:
            self._feed_fenced(line)
        elif self._mode.is_inside_line:
            self._add(line)
        elif not line.strip():
            self._feed_blank()
        elif not self._lines and self._mode.is_joined and self._mode.list_start < 0:
            self._feed_prose(line)  # in mid-paragraph: whatever it looks like
        else:
            self._feed_line(line)
        self._at += len(line) + 1

    def _feed_blank(self) -> None:
        self._blank_seen = True
        if self._mode.list_start < 0:
            self.close()
        elif self._lines:
            self._lines.append("")

    def _feed_line(self, line: str) -> None:
        columns = len(line) - len(line.lstrip(" "))
        in_list = self._mode.list_start >= 0
        is_outside = in_list and self._blank_seen and columns <= self._mode.list_start
        if is_outside and not _ITEM.match(line):
            self._leave_list()
        opened = _FENCE.match(line)
        if opened and (columns <= 3 or in_list):
            self._open_fence(opened.group(2), opened.group(3), columns)
        elif _RULE.match(line) and (in_list or not self._is_underline(line)):
            self._leave_list()
            self._add_whole(Kind.RULE, "")
        elif math := _MATH_LINE.match(line):
            self.close()
            self._add_whole(Kind.MATH, (math["a"] or math["b"]).strip(), self._level(columns))
        elif line.strip() in _MATH_ENDS:
            self._open_fence(line.strip(), "", columns)
        elif item := _ITEM.match(line):
            self._feed_item(line, item, columns)
        else:
            self._feed_prose(line)

    def _is_underline(self, line: str) -> bool:
        """Whether dashes make a heading of the line above, not a rule."""
        return bool(self._lines) and not line.strip().strip("-")

    def _feed_item(self, line: str, item: re.Match[str], columns: int) -> None:
        mode = self._mode
        if mode.list_start < 0:
            if self._lines and not (item.end() < len(line) and item[3] in (None, "1")):
                self._feed_prose(line)  # a number or a lone dash inside of a paragraph
                return
            joined = bool(self._lines)
            self.close()
            number = int(item[3]) if item[3] else 0
            self._mode = _Mode(list_start=columns, number=number, is_joined=joined)
        elif columns > mode.list_start + 1:
            self._add(line)
            return
        elif self._lines and bool(mode.number) != bool(item[3]):
            joined, number = not self._blank_seen, int(item[3]) if item[3] else 0
            self.close()
            self._mode = _Mode(list_start=columns, number=number, is_joined=joined)
        elif self._items >= LIST_ITEMS or (self._lines and mode.dedent):
            self.close()
            self._mode = replace(self._mode, dedent=0, is_joined=True)
        elif not self._lines:
            self._mode = replace(mode, dedent=0)
        self._items += 1
        number = self._mode.number
        if item[3] and number and not self._lines:
            line = f"{item[1]}{number}{item[4]}{line[len(item[1]) + len(item[2]) :]}"
        self._add(line)
        if number:
            self._mode = replace(self._mode, number=number + 1)

    def _feed_prose(self, line: str) -> None:
        mode = self._mode
        if not self._lines and mode.list_start >= 0 and not mode.dedent:
            columns = len(line) - len(line.lstrip(" "))
            self._mode = replace(mode, dedent=max(columns, 1))
        if self._lines and mode.list_start < 0:
            self._cut_long()
        if not self._lines and self._mode.head:
            self._open()
            self._lines.append(self._mode.head)
        self._add(line)

    def _cut_long(self) -> None:
        """Begin anew where a paragraph or a table has become too long to lay out again."""
        if self._lines[0].lstrip().startswith("|"):
            if len(self._lines) > TABLE_ROWS:
                head = self._mode.head or "\n".join(self._lines[:2])
                self.close()
                self._mode = replace(self._mode, head=head, is_joined=True)
        elif self._length > PROSE_CHARACTERS:
            self.close()
            self._mode = replace(self._mode, is_joined=True)

    def _open(self) -> None:
        self._start, self._begun = self._at, self._mode
        self._restart = self._mode
        self._mode = replace(self._mode, is_inside_line=False)

    def _add(self, line: str) -> None:
        if not self._lines:
            self._open()
        while len(line) > 2 * PROSE_CHARACTERS and not self._lines:
            line = self._cut_line(line)
        self._lines.append(line[min(self._begun.dedent, len(line) - len(line.lstrip(" "))) :])
        self._length += len(line)
        self._blank_seen = False

    def _cut_line(self, line: str) -> str:
        """Take the first piece of a line that is much too long; the rest is returned."""
        space = line.rfind(" ", 1, PROSE_CHARACTERS) + 1
        piece = line[: space or PROSE_CHARACTERS]
        self._lines.append(piece)
        at = self._at
        self.close()
        self._mode = replace(self._mode, is_joined=True, is_inside_line=True)
        self._at += len(piece)
        self._open()
        self._at = at
        return line[len(piece) :]

    # ---- code and math --------------------------------------------------------------------

    def _open_fence(self, fence: str, language: str, columns: int) -> None:
        in_list = self._mode.list_start >= 0 and columns > self._mode.list_start
        if not in_list:
            self._leave_list()
        self.close()
        before = replace(self._mode, is_joined=False)
        self._mode = replace(before, fence=fence, language=language, columns=columns)
        self._open()
        self._restart = before

    def _feed_fenced(self, line: str) -> None:
        fence = self._mode.fence
        is_math = fence in _MATH_ENDS
        mark = line.strip()
        if is_math and (mark == _MATH_ENDS[fence] or not mark):
            self._close_math(is_whole=bool(mark))
        elif not is_math and len(mark) >= len(fence) and mark and not mark.strip(fence[0]):
            self._close_code(is_over=True)
        else:
            if not is_math and len(self._lines) >= CODE_LINES:
                self._close_code(is_over=False)
            spaces = len(line) - len(line.lstrip(" "))
            self._lines.append(line[min(self._mode.columns, spaces) :])

    def _close_code(self, *, is_over: bool) -> None:
        mode = self._begun
        level = self._level(mode.columns)
        self._append(Kind.CODE, "\n".join(self._lines), mode.language, level)
        if is_over:
            self._end_fence()
        else:
            self._mode = replace(self._mode, is_joined=True)
            self._open()

    def _close_math(self, *, is_whole: bool) -> None:
        if is_whole:
            source = " ".join(self._lines)
            self._append(Kind.MATH, source, "", self._level(self._mode.columns))
        else:
            self._append(Kind.PROSE, "\n".join([self._begun.fence, *self._lines]))
        self._end_fence()

    def _end_fence(self) -> None:
        self._mode = replace(
            self._mode, fence="", language="", columns=0, is_joined=False, dedent=0
        )

    # ---- ends -----------------------------------------------------------------------------

    def _level(self, columns: int) -> int:
        in_list = self._mode.list_start >= 0 and columns > self._mode.list_start
        return min(6, (columns + 1) // 3) if in_list else 0

    def _add_whole(self, kind: Kind, source: str, level: int = 0) -> None:
        self._open()
        self._append(kind, source, "", level)

    def _append(self, kind: Kind, source: str, language: str = "", level: int = 0) -> None:
        joined = self._begun.is_joined
        self.blocks.append(MarkdownBlock(self._start, source, kind, language, level, joined))
        self.modes.append(self._restart)
        self._lines, self._items, self._length = [], 0, 0

    def _leave_list(self) -> None:
        self.close()
        self._mode = _OUTSIDE

    def close(self) -> None:
        """End the open block; at the end of the text, an open fence is shown as it stands."""
        if self._mode.fence:
            if self._mode.fence in _MATH_ENDS:
                self._close_math(is_whole=False)
            else:
                self._close_open_code()
        elif self._lines:
            level = self._level(self._begun.dedent) if self._begun.dedent else 0
            self._append(Kind.PROSE, "\n".join(self._lines).rstrip(), level=level)
            if self._mode.list_start < 0:
                self._mode = _OUTSIDE
        self._blank_seen = False

    def _close_open_code(self) -> None:
        if self._lines and not self._lines[-1]:
            self._lines.pop()  # the end of the last whole line, not a line of its own
        self._append(Kind.CODE, "\n".join(self._lines), self._begun.language,
                     self._level(self._begun.columns))  # fmt: skip
        self._end_fence()
