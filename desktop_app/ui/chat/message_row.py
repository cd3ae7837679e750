"""One message, laid out for one width: what is painted, where a point falls, what it selects."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.ui import look as size
from desktop_app.ui.chat.heard_cut import rendered_cut
from desktop_app.ui.chat.markdown_blocks import MarkdownBlock, MarkdownText
from desktop_app.ui.chat.message_bubble import HEADER, PAD_X, PAD_Y, paint_bubble
from desktop_app.ui.chat.message_footer import FOOTER_HEIGHT, Footer, footer_of, paint_footer
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.look import Look
from desktop_app.ui.wording import as_written

GAP = 12  # between the blocks of a reply
AFTER = 24  # below each message
_BUBBLE_SHARE = 0.78

Place = tuple[int, int]  # block, character


@dataclass(frozen=True, slots=True)
class Target:
    """What lies under a point: ``retry``, ``copy`` (with the text) or ``link`` (the address)."""

    kind: str
    value: str = ""


class MessageRow:
    """A message at one width.

    Attributes:
        height: px, the gap to the next message included.
    """

    def __init__(self, look: Look, message: MessageRecord, width: int) -> None:
        self._look = look
        self._width = width
        self._markdown = MarkdownText()
        self._blocks: list[TextBlock] = []
        self._tops: list[int] = []
        self._left = 0
        self._cut: Place | None = None
        self.footer: Footer | None = None
        self.height = 0
        self.show(message)

    def show(self, message: MessageRecord) -> None:
        """Show the message as it is now; finished blocks of a growing reply stay laid out."""
        self.message = message
        self._is_user = message.role is Role.USER
        if self._is_user:
            self._show_typed(message)
        else:
            self._show_reply(message)
        self.footer = footer_of(message)
        bottom = self._bottom()
        if self.footer is not None:
            bottom += FOOTER_HEIGHT + (0 if self._blocks else 4)
        self.height = bottom + AFTER

    def _bottom(self) -> int:
        if not self._blocks:
            return 0
        bottom = self._tops[-1] + self._blocks[-1].height
        return bottom + PAD_Y - 2 if self._is_user else bottom

    def _show_typed(self, message: MessageRecord) -> None:
        widest = int(self._width * _BUBBLE_SHARE) - 2 * PAD_X
        if not self._blocks:
            self._blocks = [TextBlock(self._look)]
        block = self._blocks[0]
        text = as_written(message.text) if message.is_spoken else message.text
        block.show_plain(text, widest)
        narrow = max(block.ideal_width, 96 if message.is_spoken else 24)
        if narrow < widest:
            block.show_plain(text, narrow)
        self._tops = [PAD_Y + 2 + (HEADER if message.is_spoken else 0)]
        self._left = self._width - PAD_X - block.width

    def _show_reply(self, message: MessageRecord) -> None:
        keep = self._markdown.show(message.text)
        cut = self._markdown.blocks
        del self._blocks[len(cut) :], self._tops[keep:]
        for number in range(keep, len(cut)):
            self._lay_out(number, cut[number])
        if message.status is MessageStatus.INTERRUPTED and message.heard_chars is not None:
            self._dim_unheard(cut, message.heard_chars)

    def _lay_out(self, number: int, cut: MarkdownBlock) -> None:
        known = self._blocks[number] if number < len(self._blocks) else None
        if known is None or known.is_code or cut.is_code:
            known = TextBlock(self._look, is_code=cut.is_code, language=cut.language)
            self._blocks[number : number + 1] = [known]
        if cut.is_code:
            known.show_plain(cut.source, self._width)
        else:
            known.show_markdown(cut.source, self._width)
        below = self._tops[-1] + self._blocks[number - 1].height + GAP if number else 0
        self._tops.append(below)

    def _dim_unheard(self, cut: tuple[MarkdownBlock, ...], heard_chars: int) -> None:
        self._cut = None
        for number, (block, source) in enumerate(zip(self._blocks, cut, strict=True)):
            end = source.start + len(source.source)
            if end <= heard_chars:
                continue
            inside = max(0, heard_chars - source.start)
            place = rendered_cut(source.source, block.document.toPlainText(), inside)
            block.dim_after(place)
            if self._cut is None:
                self._cut = (number, place)

    def paint(self, painter: QPainter, clip: QRectF, selection: tuple[Place, Place] | None) -> None:
        """Paint at the painter's origin; only blocks inside ``clip`` cost anything."""
        if self._is_user and self._blocks:
            block = self._blocks[0]
            bubble = QRectF(self._left - PAD_X, 0, block.width + 2 * PAD_X, self._bottom())
            paint_bubble(painter, self._look, bubble, self.message)
        first = max(0, bisect_right(self._tops, clip.top()) - 1)
        for number in range(first, len(self._blocks)):
            if self._tops[number] > clip.bottom():
                break
            self._paint_block(painter, number, clip, selection)
        if self.footer is not None:
            box = QRectF(0, self.height - AFTER - FOOTER_HEIGHT, self._width, FOOTER_HEIGHT)
            paint_footer(painter, self._look, box, self.footer, is_right=self._is_user)

    def _paint_block(
        self,
        painter: QPainter,
        number: int,
        clip: QRectF,
        selection: tuple[Place, Place] | None,
    ) -> None:
        block, top = self._blocks[number], self._tops[number]
        painter.save()
        painter.translate(self._left, top)
        chosen = None if selection is None else self._chosen(number, *selection)
        block.paint(painter, chosen, clip.translated(-self._left, -top))
        if self._cut is not None and self._cut[0] == number:
            block.paint_cut(painter, self._cut[1])
        painter.restore()

    def _chosen(self, number: int, start: Place, end: Place) -> tuple[int, int] | None:
        if number < start[0] or number > end[0]:
            return None
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else self._blocks[number].length
        return first, last

    @property
    def end(self) -> Place:
        """The place after the last character."""
        return (len(self._blocks) - 1, self._blocks[-1].length) if self._blocks else (0, 0)

    def place_at(self, point: QPointF) -> Place:
        """The text place nearest to a point."""
        if not self._blocks:
            return 0, 0
        number = self._block_at(point)
        return number, self._blocks[number].position_at(self._inside(number, point))

    def word_at(self, point: QPointF) -> tuple[Place, Place]:
        """The word around a point."""
        if not self._blocks:
            return (0, 0), (0, 0)
        number = self._block_at(point)
        start, end = self._blocks[number].word_at(self._inside(number, point))
        return (number, start), (number, end)

    def _block_at(self, point: QPointF) -> int:
        return max(0, bisect_right(self._tops, point.y()) - 1)

    def _inside(self, number: int, point: QPointF) -> QPointF:
        return point - QPointF(self._left, self._tops[number])

    def text_between(self, start: Place, end: Place) -> str:
        """The selected text, a blank line between blocks."""
        parts = []
        for number in range(start[0], min(end[0] + 1, len(self._blocks))):
            chosen = self._chosen(number, start, end)
            if chosen is not None:
                parts.append(self._blocks[number].text_between(*chosen))
        return "\n\n".join(parts)

    def target_at(self, point: QPointF) -> Target | None:
        """What a click at this point would do, if it is not text."""
        if self.footer is not None and self.footer.action:
            box = QRectF(0, self.height - AFTER - FOOTER_HEIGHT, self._width, FOOTER_HEIGHT)
            if self.footer.action_box(self._look, box, is_right=self._is_user).contains(point):
                return Target(self.footer.action)
        if not self._blocks or not self._is_over_text(point):
            return None
        number = self._block_at(point)
        inside = self._inside(number, point)
        block = self._blocks[number]
        if block.is_copy_mark(inside):
            return Target("copy", block.source)
        address = block.link_at(inside)
        return Target("link", address) if address else None

    def _is_over_text(self, point: QPointF) -> bool:
        return 0 <= point.y() <= self._bottom() and self._left <= point.x() <= self._width

    def is_text(self, point: QPointF) -> bool:
        """Whether a point is over text that can be selected."""
        return bool(self._blocks) and self._is_over_text(point)


def estimated_height(message: MessageRecord, width: int) -> int:
    """A guess at the height, good enough for a scroll bar, from the length of the text alone."""
    per_line = max(20, int(width / (size.TEXT * 0.52)))
    lines = len(message.text) // per_line + message.text.count("\n") + 1
    if message.role is Role.USER:
        return lines * 24 + 2 * PAD_Y + AFTER + (HEADER if message.is_spoken else 0)
    return lines * 24 + AFTER + (FOOTER_HEIGHT if message.times is not None else 0)
