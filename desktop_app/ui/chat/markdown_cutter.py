"""Markdown cut into top-level blocks, so that a growing reply is parsed only at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop_app.ui.chat.markdown_block import APART, NEXT_LINE, Kind, MarkdownBlock

_FENCE = re.compile(r"( *)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
_ITEM = re.compile(r"( {0,3})([-*+]|(\d{1,9})([.)]))(?:\s+|$)")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_MATH_LINE = re.compile(r" {0,3}(?:\$\$(?P<a>[^$]+)\$\$|\\\[(?P<b>.+)\\\])\s*$")
_MATH_ENDS = {"$$": "$$", "\\[": "\\]"}

# A block larger than this is cut, so that what grows stays cheap wherever it grows.
CODE_LINES = 120
CODE_CHARACTERS = 8000
CODE_LINE = 2000  # characters
LIST_ITEMS = 16
TABLE_ROWS = 48
TABLE_CELLS = 144
PROSE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Mode:
    """What a cutter must know where a block begins.

    Attributes:
        fence: The mark that closes the open code or math.
        columns: Spaces before the fence, taken off each of its lines.
        list_start: Columns of the items of the open list, -1 outside of one.
        number: Of the next item of an ordered list, 0 in others.
        dedent: Columns taken off what follows code inside of an item.
        head: First two lines of a table that is cut.
        joint: What stands between the block before and the one begun.
    """

    fence: str = ""
    language: str = ""
    columns: int = 0
    list_start: int = -1
    number: int = 0
    dedent: int = 0
    head: str = ""
    joint: str = APART

    @property
    def is_inside_line(self) -> bool:
        """Whether a block begins inside of a line."""
        return not self.joint.startswith("\n")


OUTSIDE = Mode()


def cut_blocks(text: str, offset: int = 0) -> list[MarkdownBlock]:
    """Cut a text at its blank lines; fences stay whole, long blocks are cut in pieces."""
    return cut_from(text, offset, OUTSIDE).blocks


def piece_of(line: str) -> int:
    """Where to cut what is too long for one piece: after its last space, else at its end."""
    return line.rfind(" ", 1) + 1 or len(line)


def _head_of(lines: Sequence[str]) -> str:
    """The first two lines of a table, empty where these begin none."""
    if len(lines) < 2 or "|" not in lines[0] or not {"|", "-"} <= set(lines[1]) <= set("|-: \t"):
        return ""
    return "\n".join(lines[:2])


def _rows_of(head: str) -> int:
    """How many rows of a table are laid out at once, as its head has columns."""
    columns = len(head.rpartition("\n")[2].strip().strip("|").split("|"))
    return min(TABLE_ROWS, max(8, TABLE_CELLS // columns))


def cut_from(text: str, offset: int, mode: Mode) -> Cutter:
    """Cut what begins at a place of a longer text, in the mode that a block before left."""
    cutter = Cutter(offset, mode)
    for line in text.split("\n"):
        cutter.feed(line)
    cutter.close()
    return cutter


class Cutter:
    """Cuts line by line.

    Attributes:
        blocks: The ones that have ended.
        modes: Where each of them began.
    """

    def __init__(self, offset: int, mode: Mode) -> None:
        self.blocks: list[MarkdownBlock] = []
        self.modes: list[Mode] = []
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
        elif not self._lines and self._mode.joint != APART and self._mode.list_start < 0:
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
            joint = NEXT_LINE if self._lines else APART
            self.close()
            number = int(item[3]) if item[3] else 0
            self._mode = Mode(list_start=columns, number=number, joint=joint)
        elif columns > mode.list_start + 1:
            self._cut_item(columns)
            self._add(line)
            return
        elif self._lines and bool(mode.number) != bool(item[3]):
            joint = APART if self._blank_seen else NEXT_LINE
            number = int(item[3]) if item[3] else 0
            self.close()
            self._mode = Mode(list_start=columns, number=number, joint=joint)
        elif self._is_full_list(line):
            self.close()
            self._mode = replace(self._mode, dedent=0, joint=NEXT_LINE)
        elif not self._lines:
            self._mode = replace(mode, dedent=0)
        self._items += 1
        number = self._mode.number
        if item[3] and number and not self._lines:
            line = f"{item[1]}{number}{item[4]}{line[len(item[1]) + len(item[2]) :]}"
        self._add(line)
        if number:
            self._mode = replace(self._mode, number=number + 1)

    def _is_full_list(self, line: str) -> bool:
        """Whether the next item begins a piece of its own."""
        is_long = self._mode.dedent or len(line) > 2 * PROSE_CHARACTERS
        return self._items >= LIST_ITEMS or bool(self._lines and is_long)

    def _feed_prose(self, line: str) -> None:
        mode = self._mode
        if not self._lines and mode.list_start >= 0 and not mode.dedent:
            columns = len(line) - len(line.lstrip(" "))
            self._mode = replace(mode, dedent=max(columns, 1))
        if self._lines and mode.list_start < 0:
            self._cut_long()
        elif self._lines:
            self._cut_item(len(line) - len(line.lstrip(" ")))
        if not self._lines and self._mode.head:
            self._open()
            self._lines.append(self._mode.head)
        self._add(line)

    def _cut_long(self) -> None:
        """Begin anew where a paragraph or a table has become too long to lay out again."""
        if head := self._begun.head or _head_of(self._lines):
            lines = len(self._lines) + bool(self._begun.head)  # which is two in one
            if lines > _rows_of(head) or self._length > PROSE_CHARACTERS:
                self.close()
                self._mode = replace(self._mode, head=head, joint=NEXT_LINE)
        elif self._length > PROSE_CHARACTERS:
            self.close()
            self._mode = replace(self._mode, joint=NEXT_LINE)

    def _cut_item(self, columns: int) -> None:
        """Begin anew inside of an item that has become too long; what follows moves to its edge."""
        if self._lines and self._length > PROSE_CHARACTERS:
            self.close()
            self._mode = replace(self._mode, dedent=max(columns, 1), joint=NEXT_LINE)

    def _open(self) -> None:
        self._start, self._begun = self._at, self._mode
        self._restart = self._mode
        if self._mode.is_inside_line:
            self._mode = replace(self._mode, joint=NEXT_LINE)

    def _add(self, line: str) -> None:
        if not self._lines:
            self._open()
        if len(line) > 2 * PROSE_CHARACTERS:
            line = self._cut_line(line)
        self._lines.append(line[min(self._begun.dedent, len(line) - len(line.lstrip(" "))) :])
        self._length += len(line)
        self._blank_seen = False

    def _cut_line(self, line: str) -> str:
        """Take a line that is much too long but for its last piece, which is returned."""
        at = self._at
        if self._lines:
            self.close()
            self._mode = replace(self._mode, joint=NEXT_LINE)
            self._open()
        done = 0
        while len(line) - done > 2 * PROSE_CHARACTERS:
            piece = line[done : done + PROSE_CHARACTERS]
            piece = piece[: piece_of(piece)]
            self._lines.append(piece)
            self.close()
            self._mode = replace(self._mode, joint=" " if piece.endswith(" ") else "")
            self._at += len(piece)
            self._open()
            done += len(piece)
        self._at = at
        return line[done:]

    # ---- code and math --------------------------------------------------------------------

    def _open_fence(self, fence: str, language: str, columns: int) -> None:
        in_list = self._mode.list_start >= 0 and columns > self._mode.list_start
        if not in_list:
            self._leave_list()
        self.close()
        before = replace(self._mode, joint=APART)
        self._mode = replace(before, fence=fence, language=language, columns=columns)
        self._open()
        self._restart = before

    def _feed_fenced(self, line: str) -> None:
        fence = self._mode.fence
        is_math = fence in _MATH_ENDS
        mark = line.strip()
        if self._mode.is_inside_line:  # the rest of a line that was cut
            self._open()
            self._lines.append(line)
        elif is_math and (mark == _MATH_ENDS[fence] or not mark):
            self._close_math(is_whole=bool(mark))
        elif not is_math and len(mark) >= len(fence) and mark and not mark.strip(fence[0]):
            self._append_code()
            self._end_fence()
        elif is_math:
            self._lines.append(self._dedented(line))
        else:
            self._feed_code(line)

    def _dedented(self, line: str) -> str:
        return line[min(self._mode.columns, len(line) - len(line.lstrip(" "))) :]

    def _feed_code(self, line: str) -> None:
        """Take a line of code; where there is enough of it, what follows is another piece.

        A line too long for one piece is pieces of its own, of which nothing else is part.
        """
        is_rest = self._begun.is_inside_line and bool(self._lines)
        if is_rest or len(self._lines) >= CODE_LINES or self._length > CODE_CHARACTERS:
            self._cut_code(NEXT_LINE)
        code = self._dedented(line)
        at = self._at
        self._at += len(line) - len(code)
        done = 0
        while len(code) - done > CODE_LINE:
            self._lines.append(code[done : done + CODE_LINE])
            self._at += CODE_LINE
            self._cut_code("")
            done += CODE_LINE
        self._at = at
        self._lines.append(code[done:])
        self._length += len(code) - done

    def _cut_code(self, joint: str) -> None:
        """End a piece; what follows begins at the current place."""
        self._append_code()
        self._mode = replace(self._mode, joint=joint)
        self._open()

    def _append_code(self) -> None:
        begun = self._begun
        self._append(Kind.CODE, "\n".join(self._lines), begun.language, self._level(begun.columns))

    def _close_math(self, *, is_whole: bool) -> None:
        if is_whole:
            source = " ".join(self._lines)
            self._append(Kind.MATH, source, "", self._level(self._mode.columns))
        else:
            self._append(Kind.PROSE, "\n".join([self._begun.fence, *self._lines]))
        self._end_fence()

    def _end_fence(self) -> None:
        self._mode = replace(self._mode, fence="", language="", columns=0, joint=APART, dedent=0)

    # ---- ends -----------------------------------------------------------------------------

    def _level(self, columns: int) -> int:
        in_list = self._mode.list_start >= 0 and columns > self._mode.list_start
        return min(6, (columns + 1) // 3) if in_list else 0

    def _add_whole(self, kind: Kind, source: str, level: int = 0) -> None:
        self._open()
        self._append(kind, source, "", level)

    def _append(self, kind: Kind, source: str, language: str = "", level: int = 0) -> None:
        begun = self._begun
        self.blocks.append(
            MarkdownBlock(
                self._start,
                source,
                kind,
                language,
                level,
                begun.joint,
                len(begun.head) + 1 if begun.head else 0,
            )
        )
        self.modes.append(self._restart)
        self._lines, self._items, self._length = [], 0, 0

    def _leave_list(self) -> None:
        self.close()
        self._mode = OUTSIDE

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
                self._mode = OUTSIDE
        self._blank_seen = False

    def _close_open_code(self) -> None:
        if self._lines and not self._lines[-1]:
            self._lines.pop()  # the end of the last whole line, not a line of its own
        if self._lines or self._begun.joint == APART:
            self._append_code()
        self._end_fence()
