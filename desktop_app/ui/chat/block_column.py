"""The blocks of one message below each other; what was never in sight is only guessed."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from desktop_app.ui import look as size
from desktop_app.ui.chat.code_frame import HEADER, CodeFrame
from desktop_app.ui.chat.heard_cut import rendered_cut
from desktop_app.ui.chat.height_index import HeightIndex
from desktop_app.ui.chat.markdown_block import Kind, MarkdownBlock
from desktop_app.ui.chat.math_spans import readable_math
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.look import Look

GAP = 12  # between the blocks of a reply
_JOINED_GAP = 4
_LINE = 23  # px, a guess
_LEVEL = 24  # px for a level of a list
_SLICE = 84  # px of code that are moved as one
_UNSURE = 84  # px at the end of code that its next line may change
_KEPT = 160  # blocks kept laid out beyond the ones in sight

Place = tuple[int, int]  # block, character


class BlockColumn:
    """Blocks at one width, laid out where they are looked at; quiet ones are of a dim colour.

    Attributes:
        cut: The blocks.
        width: px.
    """

    def __init__(self, look: Look, width: int, *, is_quiet: bool = False) -> None:
        self._look = look
        self._is_quiet = is_quiet
        self._index = HeightIndex()
        self._blocks: dict[int, TextBlock] = {}
        self._unwrapped: set[int] = set()  # starts of code whose lines are scrolled
        self._heard: int | None = None
        self._mark: Place | None = None
        self.cut: Sequence[MarkdownBlock] = ()
        self.width = width

    def __len__(self) -> int:
        return len(self.cut)

    @property
    def height(self) -> int:
        """px of all blocks, as far as known."""
        return self._index.total

    def show(self, cut: Sequence[MarkdownBlock], keep: int, *, heard: int | None = None) -> None:
        """Show these blocks, of which the first ``keep`` are as they were.

        Args:
            cut: All blocks; the same list as before may be longer or shorter now.
            keep: How many of them are known.
            heard: Characters that were heard, None when everything was, or nothing is known.
        """
        if heard != self._heard:
            keep, self._heard, self._mark = 0, heard, None
            self._blocks.clear()
        before, self.cut = len(self._index), cut
        if keep and self._has_wrong_edge(keep - 1):
            keep -= 1
        self._index.truncate(min(keep, len(self._index)))
        for number in range(len(self._index), len(cut)):
            known = self._blocks.get(number)
            if known is not None and number == len(cut) - 1:
                self._fill(number, known)  # it grows: its height is true at once
                self._index.append(self._gap(number) + known.height)
            else:
                self._blocks.pop(number, None)
                self._index.append(self._gap(number) + self._guess(cut[number]))
        for number in range(len(cut), before):
            self._blocks.pop(number, None)

    def _has_wrong_edge(self, number: int) -> bool:
        """Whether code has a lower edge where other code follows now, or lacks it at its end."""
        known = self._blocks.get(number)
        return (
            known is not None
            and known.frame is not None
            and known.frame.is_last is self._goes_on(number)
        )

    def _goes_on(self, number: int) -> bool:
        """Whether another piece of the same code follows."""
        follows = self.cut[number + 1 : number + 2]
        return bool(follows) and follows[0].is_joined and follows[0].kind is Kind.CODE

    def set_width(self, width: int) -> None:
        """Lay out anew for another width."""
        if width != self.width:
            self.width = width
            for number, block in self._blocks.items():
                self._fill(number, block)
                self._index.set_height(number, self._gap(number) + block.height)

    def _gap(self, number: int) -> int:
        if not number:
            return 0
        block = self.cut[number]
        if not block.is_joined:
            return GAP
        return 0 if block.is_inside_line or block.kind in (Kind.CODE, Kind.PLAIN) else _JOINED_GAP

    def _guess(self, block: MarkdownBlock) -> int:
        per_line = max(20, int(self.width / (size.TEXT * 0.52)))
        if block.kind is Kind.CODE:
            lines = max(block.source.count("\n"), len(block.source) // per_line) + 1
            return lines * 21 + (0 if block.is_joined else 40)
        return (len(block.source) // per_line + block.source.count("\n") + 1) * _LINE

    # ---- laying out -----------------------------------------------------------------------

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what lies between two heights."""
        number = max(0, self._index.row_at(int(top)))
        below = self._index.top(number)
        while number < len(self.cut) and below < bottom:
            self.block(number)
            below += self._index.height(number)
            number += 1
        while len(self._blocks) > _KEPT + number:
            self._blocks.pop(next(iter(self._blocks)))

    def block(self, number: int) -> TextBlock:
        """The laid out block; its true height replaces the guess."""
        known = self._blocks.get(number)
        if known is None:
            known = TextBlock(self._look)
            self._blocks[number] = known
            self._fill(number, known)
            self._index.set_height(number, self._gap(number) + known.height)
        return known

    def _fill(self, number: int, block: TextBlock) -> None:
        cut = self.cut[number]
        width = self.width - self._left(number)
        if block.frame is not None and cut.kind is not Kind.CODE:
            block = self._blocks[number] = TextBlock(self._look)
        match cut.kind:
            case Kind.CODE:
                block.show_code(cut.source, self._frame(number), width)
            case Kind.MATH:
                block.show_math(cut.source, width)
            case Kind.RULE:
                block.show_rule(width)
            case Kind.PLAIN:
                block.show_plain(cut.source, width)
            case Kind.PROSE:
                block.show_markdown(cut.source, width)
        if self._is_quiet:
            block.dim_after(0)
        elif self._heard is not None:
            self._dim_unheard(number, block, self._heard)

    def _frame(self, number: int) -> CodeFrame:
        cut = self.cut[number]
        wraps = self.cut[self._first_of(number)].start not in self._unwrapped
        header = self._look.scaled(HEADER)
        language = "" if cut.is_inside_line else cut.language  # who knows what is open there
        is_last = not self._goes_on(number)
        return CodeFrame(language, not cut.is_joined, is_last, wraps, header=header)

    def _first_of(self, number: int) -> int:
        """The first piece of the code that a piece belongs to."""
        while number and self.cut[number].is_joined:
            number -= 1
        return number

    def _pieces(self, number: int) -> range:
        """All pieces of the code that begins with a block."""
        end = number + 1
        while end < len(self.cut) and self.cut[end].is_joined and self.cut[end].kind is Kind.CODE:
            end += 1
        return range(number, end)

    def _dim_unheard(self, number: int, block: TextBlock, heard: int) -> None:
        cut = self.cut[number]
        if cut.start + len(cut.source) - cut.repeated <= heard:
            return
        inside = heard - cut.start + cut.repeated if heard > cut.start else 0
        source = cut.source
        if cut.kind is Kind.PROSE:
            readable = readable_math(source)
            source, inside = readable.source, readable.place_of(inside)
        place = rendered_cut(source, block.document.toPlainText(), inside)
        block.dim_after(place)
        if cut.start <= heard or not number:
            self._mark = (number, place)

    # ---- code -----------------------------------------------------------------------------

    def code_of(self, number: int) -> str:
        """The whole code that a piece belongs to."""
        first = self._first_of(number)
        pieces = [self.cut[piece] for piece in self._pieces(first)]
        return pieces[0].source + "".join(piece.joint + piece.source for piece in pieces[1:])

    def is_last(self, number: int) -> bool:
        """Whether nothing follows the code that a piece belongs to."""
        return self._pieces(self._first_of(number))[-1] == len(self.cut) - 1

    def toggle_wrap(self, start: int) -> None:
        """Wrap the lines of the code that begins at a place of the text, or let them run on."""
        self._unwrapped ^= {start}
        first = next((n for n, cut in enumerate(self.cut) if cut.start == start), 0)
        for number in self._pieces(first):
            if number in self._blocks:
                self._fill(number, self._blocks[number])
                height = self._gap(number) + self._blocks[number].height
                self._index.set_height(number, height)

    def scroll_by(self, number: int, distance: int) -> bool:
        """Move a block that is too wide sideways, with all pieces of the same code."""
        is_code = self.cut[number].kind is Kind.CODE
        pieces = self._pieces(self._first_of(number)) if is_code else range(number, number + 1)
        moved = [self.block(piece).scroll_by(distance) for piece in pieces if piece in self._blocks]
        return any(moved)

    # ---- places ---------------------------------------------------------------------------

    def top(self, number: int) -> int:
        """Where a block begins, px."""
        return self._index.top(number) + self._gap(number)

    def _left(self, number: int) -> int:
        return self.cut[number].indent * _LEVEL

    def number_at(self, y: float) -> int:
        """The block at a height, the nearest one outside."""
        return max(0, self._index.row_at(int(y)))

    def inside(self, number: int, point: QPointF) -> QPointF:
        """A point of the column, seen from a block."""
        return point - QPointF(self._left(number), self.top(number))

    def box(self, number: int, inner: QRectF) -> QRectF:
        """A box of a block, seen from the column."""
        return inner.translated(self._left(number), self.top(number))

    def laid_out(self, top: float, bottom: float) -> Iterator[tuple[int, TextBlock]]:
        """The blocks between two heights that are laid out."""
        number = self.number_at(top)
        while number < len(self.cut) and self._index.top(number) < bottom:
            if number in self._blocks:
                yield number, self._blocks[number]
            number += 1

    def pieces(self, top: float, bottom: float) -> Iterator[tuple[Hashable, int, int]]:
        """What is painted between two heights: what tells it from others, and from where to where.

        A block begins with the gap above it; code that grows is several, of which the last grows.
        """
        first_number = self.number_at(top)
        end = self._index.top(first_number)
        for number in range(first_number, len(self.cut)):
            if end >= bottom:
                return
            start, end = end, end + self._index.height(number)
            block = self._blocks.get(number)
            if block is None:
                continue
            if block.frame is not None:
                sure = (end - start - _UNSURE) // _SLICE
                for piece in range(max(0, int(top - start) // _SLICE), sure):
                    first = start + piece * _SLICE
                    yield (number, block.lasting, piece), first, first + _SLICE
                start += max(0, sure) * _SLICE
            yield (number, block.stamp), start, end

    def widest(self) -> int:
        """px that the widest laid out line takes."""
        return max((block.ideal_width for block in self._blocks.values()), default=0)

    def paint(self, painter: QPainter, clip: QRectF, selection: tuple[Place, Place] | None) -> None:
        """Paint at the painter's origin; only blocks inside ``clip`` cost anything."""
        for number in range(self.number_at(clip.top()), len(self.cut)):
            top = self.top(number)
            if top > clip.bottom():
                break
            block, left = self.block(number), self._left(number)
            painter.save()
            painter.translate(left, top)
            chosen = None if selection is None else self.chosen(number, *selection)
            block.paint(painter, chosen, clip.translated(-left, -top))
            if self._mark is not None and self._mark[0] == number:
                block.paint_cut(painter, self._mark[1])
            painter.restore()

    def chosen(self, number: int, start: Place, end: Place) -> tuple[int, int] | None:
        """The characters of a block that lie between two places."""
        if number < start[0] or number > end[0]:
            return None
        first = start[1] if number == start[0] else self._after_repeated(number)
        last = end[1] if number == end[0] else self.block(number).length
        return first, last

    def _after_repeated(self, number: int) -> int:
        """Where what only this piece of a table holds begins, in its characters."""
        cut = self.cut[number]
        if not cut.repeated:
            return 0
        return rendered_cut(cut.source, self.block(number).document.toPlainText(), cut.repeated)
