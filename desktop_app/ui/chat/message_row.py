"""One message, laid out for one width: what is painted, where a point falls, what it selects."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication, QPainter

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import UploadAdvanced
from desktop_app.state.app_state import Playing
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.chat.block_column import BlockColumn, Place
from desktop_app.ui.chat.chip_row import ChipRow
from desktop_app.ui.chat.fold_list import FoldList
from desktop_app.ui.chat.folds import chips_of
from desktop_app.ui.chat.growing_markdown import MarkdownText
from desktop_app.ui.chat.message_actions import actions_box
from desktop_app.ui.chat.message_bubble import HEADER, PAD_X, PAD_Y, paint_bubble
from desktop_app.ui.chat.message_footer import Footer, footer_of, paint_footer
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.chat.picture_strip import PictureStrip
from desktop_app.ui.chat.plain_blocks import cut_plain
from desktop_app.ui.chat.player import Player
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.chat.text_formats import line_air
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored
from desktop_app.ui.wording import as_written

AFTER = 24  # px at 1x below each message
_BUBBLE_SHARE = 0.78
_FENCES = ("```", "~~~")
_FOOTER = 26  # px, a guess
_STAMPS = itertools.count()


class MessageRow:
    """A message at one width."""

    def __init__(self, look: Look, message: MessageRecord, width: int, shelf: PictureShelf) -> None:
        self._look = look
        self._width = width
        self._markdown = MarkdownText()
        self._is_user = message.role is Role.USER
        self._column = BlockColumn(look, self._widest_bubble() if self._is_user else width)
        self._after = look.scaled(AFTER)
        self._below = PAD_Y + 2 - line_air(look.font()) if self._is_user else 0
        self._folds = FoldList(look, width)
        self._chips = ChipRow(look, width, is_right=self._is_user)
        self._pictures = PictureStrip(look, width, shelf)
        self._playing: Playing | None = None
        self._upload: UploadAdvanced | None = None
        self._stamp = next(_STAMPS)  # another one when more than its blocks may look different
        self._around = (-1, 0)  # a stamp, and px beside its blocks while it is that
        self.footer: Footer | None = None
        self.show(message)

    def show(self, message: MessageRecord) -> None:
        """Show the message as it is now; finished blocks of a growing reply stay laid out."""
        self.message = message
        self._stamp = next(_STAMPS)
        if self._is_user:
            self._show_typed(message)
        else:
            keep = self._markdown.show(message.text)
            cut = message.status is MessageStatus.INTERRUPTED
            heard = message.heard_chars if cut else None
            self._column.show(self._markdown.blocks, keep, heard=heard)
        self._folds.follow(message)
        self._pictures.show(message)
        self._chips.show(chips_of(message, self._upload))
        self.footer = footer_of(message, is_uploading=self._upload is not None)

    def show_playing(self, playing: Playing | None) -> None:
        """Show whether the message's recording is being heard."""
        is_mine = playing is not None and playing.utterance_id == self.message.sound_id
        now = playing if is_mine else None
        if now != self._playing:
            self._playing = now
            self._stamp = next(_STAMPS)

    def show_upload(self, upload: UploadAdvanced | None) -> None:
        """Show how far the message's files have come."""
        if upload != self._upload:
            self._upload = upload
            self._stamp = next(_STAMPS)
            self._chips.show(chips_of(self.message, upload))
            self.footer = footer_of(self.message, is_uploading=upload is not None)

    @property
    def _player(self) -> Player | None:
        """The mark that plays the message's recording, where there is one."""
        message = self.message
        if not message.is_spoken or not (message.speech_ms or message.sound_id):
            return None
        return Player(message, self._playing)

    @property
    def _has_ground(self) -> bool:
        """Whether there is text, or what was said of which no words are known."""
        return bool(len(self._column)) or (self._is_user and self._player is not None)

    def _player_box(self) -> QRectF:
        left = self._left() if self._is_user else 0
        top = PAD_Y if self._is_user else self._bottom() + 4
        box = QRectF(
            left, top, min(self._column.width, self._look.scaled(220)), self._look.scaled(18)
        )
        return box if self._is_user else mirrored(box, self._width)

    def _widest_bubble(self) -> int:
        return int(self._width * _BUBBLE_SHARE) - 2 * PAD_X

    def _show_typed(self, message: MessageRecord) -> None:
        self._column.set_width(self._widest_bubble())
        text = as_written(message.text) if message.is_spoken else message.text
        self._column.show(cut_plain(text), 0)
        if len(self._column) == 1:
            self._column.block(0)
        if len(self._column) <= 1:
            narrow = max(self._column.widest(), self._look.scaled(128) if message.is_spoken else 24)
            if narrow < self._column.width:
                self._column.set_width(narrow)

    @property
    def height(self) -> int:
        """px, the gap to the next message included."""
        stamp, around = self._around
        if stamp != self._stamp:
            whole = self._chips_top() + self._chips.height + self._after + self._footer_room()
            around = whole - self._column.height
            self._around = (self._stamp, around)
        return self._column.height + around

    def _pictures_top(self) -> int:
        return self._bottom() + self._player_room()

    def _chips_top(self) -> int:
        return self._pictures_top() + self._pictures.height

    def _player_room(self) -> int:
        """Room for the player below a spoken reply; a question has it in its bubble."""
        return (
            0
            if self._is_user or self._player is None or not len(self._column)
            else self._look.scaled(24)
        )

    def _footer_room(self) -> int:
        if self.footer is None:
            return 0
        height = self.footer.height(self._look, self._width)
        return height + (0 if self._has_ground else 4)

    def _top(self) -> int:
        """Where the text begins."""
        if not self._is_user or not self._has_ground:
            return self._folds.height
        return PAD_Y + 2 + (self._look.scaled(HEADER) if self.message.is_spoken else 0)

    def _left(self) -> int:
        if not self._is_user:
            return 0
        is_mirrored = QGuiApplication.isRightToLeft()
        return PAD_X if is_mirrored else self._width - PAD_X - self._column.width

    def _bottom(self) -> int:
        """Where the text ends."""
        if not self._has_ground:
            return self._folds.height
        return self._top() + self._column.height + self._below

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what lies between two heights of the row."""
        folded = self._folds.height
        self._folds.measure(top, bottom)
        if self._folds.height != folded:
            self._stamp = next(_STAMPS)
        self._column.measure(top - self._top(), bottom - self._top())

    def anchor_at(self, y: int) -> Place:
        """The block at a height, and how far below its top that is."""
        if not len(self._column):
            return 0, y
        number = self._column.number_at(y - self._top())
        return number, y - (self._top() + self._column.top(number) if number else 0)

    def y_of(self, anchor: Place) -> int:
        """The height of an anchor."""
        number, below = anchor
        if not 0 < number < len(self._column):
            return below
        return self._top() + self._column.top(number) + below

    def pieces(self, top: float, bottom: float) -> Iterator[tuple[Hashable, int, int]]:
        """What is painted between two heights: what tells it from others, and from where to where.

        A reply is one piece for each block, one for what is above and one for what is below; a
        question stands on one ground and is one piece.
        """
        if self._is_user:
            blocks = tuple(key for key, _, _ in self._column.pieces(top, bottom))
            yield (self._stamp, self._column.height, blocks), 0, self.height
            return
        start = self._top()
        yield from self._folds.pieces(top, bottom)
        for key, first, last in self._column.pieces(top - start, bottom - start):
            yield key, start + first, start + last
        yield ("below", self._stamp), self._bottom(), self.height

    # ---- painting -------------------------------------------------------------------------

    def paint(self, painter: QPainter, clip: QRectF, selection: tuple[Place, Place] | None) -> None:
        """Paint at the painter's origin; only blocks inside ``clip`` cost anything."""
        left, top = self._left(), self._top()
        if self._is_user and self._has_ground:
            wide = self._column.width + 2 * PAD_X
            bubble = QRectF(left - PAD_X, 0, wide, self._bottom())
            paint_bubble(painter, self._look, bubble)
        if self._player is not None and self._has_ground:
            self._player.paint(painter, self._look, self._player_box())
        if len(self._column):
            painter.save()
            painter.translate(left, top)
            self._column.paint(painter, clip.translated(-left, -top), selection)
            painter.restore()
        self._folds.paint(painter, clip)
        below = ((self._pictures, self._pictures_top()), (self._chips, self._chips_top()))
        for part, start in below:
            if part.height:
                painter.save()
                painter.translate(0, start)
                part.paint(painter, clip.translated(0, -start))
                painter.restore()
        if self.footer is not None:
            paint_footer(
                painter, self._look, self.footer_box(), self.footer, is_right=self._is_user
            )

    def footer_box(self) -> QRectF:
        """Where the line below the message stands."""
        height = self.footer.height(self._look, self._width) if self.footer is not None else 0
        return QRectF(0, self.height - self._after - height, self._width, height)

    @property
    def actions_box(self) -> QRectF:
        """Where what is mostly done with it is offered."""
        gap = QRectF(0, self.height - self._after, self._width, self._after)
        return actions_box(self._look, self.message, gap)

    # ---- text -----------------------------------------------------------------------------

    @property
    def column(self) -> BlockColumn:
        """The text in its blocks."""
        return self._column

    @property
    def end(self) -> Place:
        """The place after the last character."""
        last = len(self._column) - 1
        return (last, self._column.block(last).length) if last >= 0 else (0, 0)

    def place_at(self, point: QPointF) -> Place:
        """The text place nearest to a point."""
        if not len(self._column):
            return 0, 0
        number, inside = self._found(point)
        return number, self._column.block(number).position_at(inside)

    def word_at(self, point: QPointF) -> tuple[Place, Place]:
        """The word around a point."""
        if not len(self._column):
            return (0, 0), (0, 0)
        number, inside = self._found(point)
        start, end = self._column.block(number).word_at(inside)
        return (number, start), (number, end)

    def _found(self, point: QPointF) -> tuple[int, QPointF]:
        inner = point - QPointF(self._left(), self._top())
        number = self._column.number_at(inner.y())
        return number, self._column.inside(number, inner)

    def text_between(self, start: Place, end: Place) -> str:
        """The selected text, a blank line between blocks."""
        parts: list[str] = []
        for number in range(start[0], min(end[0] + 1, len(self._column))):
            chosen = self._column.chosen(number, start, end)
            if chosen is not None:
                if parts:
                    parts.append(self._column.cut[number].joint)
                parts.append(self._column.block(number).text_between(*chosen))
        return "".join(parts)

    def is_text(self, point: QPointF) -> bool:
        """Whether a point is over text that can be selected."""
        is_inside = (
            self._top() <= point.y() <= self._bottom() and self._left() <= point.x() <= self._width
        )
        return bool(len(self._column)) and is_inside

    # ---- what can be pressed --------------------------------------------------------------

    def target_at(self, point: QPointF) -> Target | None:
        """What a click at this point would do, if it is not text."""
        for target in self._marks(point.y() - 1, point.y() + 1):
            if target.box.adjusted(-6, -4, 6, 4).contains(point):
                return target
        if not self.is_text(point):
            return None
        number, inside = self._found(point)
        block = self._column.block(number)
        address = block.link_at(inside)
        return Target("link", address, block.link_words_at(inside)) if address else None

    def targets(self, top: float, bottom: float) -> list[Target]:
        """Everything that can be pressed between two heights, in reading order."""
        found = list(self._marks(top, bottom))
        inner = self._top()
        for number, block in self._column.laid_out(top - inner, bottom - inner):
            for address, words, box in block.links():
                found.append(Target("link", address, words, self._outside(number, box)))
        return sorted(found, key=lambda target: (target.box.top(), target.box.left()))

    def _marks(self, top: float, bottom: float) -> Iterator[Target]:
        """The words of code, of the lines above and the line below, and the chips."""
        yield from self._folds.targets()
        for picture in self._pictures.targets():
            yield replace(picture, box=picture.box.translated(0, self._pictures_top()))
        for chip in self._chips.targets():
            yield replace(chip, box=chip.box.translated(0, self._chips_top()))
        player = self._player
        if player is not None and self.message.sound_id and self._has_ground:
            yield Target("play", self.message.sound_id, player.says, self._player_box())
        inner = self._top()
        for number, block in self._column.laid_out(top - inner, bottom - inner):
            if block.frame is not None:
                for kind, word, box in block.frame.words(self._look, block.width):
                    value = str(number)
                    yield Target(kind, value, word, self._outside(number, box))
        if self.footer is not None and self.footer.action:
            step = self.footer.action_box(self._look, self.footer_box(), is_right=self._is_user)
            label = wording.action_label(self.footer.action)
            yield Target(self.footer.action, "", label, step)

    def _outside(self, number: int, box: QRectF) -> QRectF:
        return self._column.box(number, box).translated(self._left(), self._top())

    def toggle(self, target: Target) -> None:
        """Open or close what a target belongs to."""
        self._stamp = next(_STAMPS)
        if target.kind == "fold":
            self._folds.toggle(target.value)
        elif target.kind == "chip":
            self._chips.toggle(target.value)
        else:
            self._column.toggle_wrap(self._column.cut[int(target.value)].start)

    def touch(self) -> None:
        """Something that it shows, such as a picture, looks different now."""
        self._stamp = next(_STAMPS)

    def code_of(self, target: Target) -> str:
        """The code that a mark belongs to; of code that still grows, the lines that are whole."""
        number = int(target.value)
        code = self._column.code_of(number)
        is_open = not self.message.text.rstrip().endswith(_FENCES)
        is_growing = self.message.status is MessageStatus.STREAMING and is_open
        if is_growing and self._column.is_last(number):
            return code.rpartition("\n")[0]
        return code

    def scroll_at(self, point: QPointF, distance: int) -> bool:
        """Move what is too wide at a point sideways; False where nothing moves."""
        if not self.is_text(point):
            return False
        number, _ = self._found(point)
        return self._column.scroll_by(number, distance)


def estimated_heights(messages: Iterable[MessageRecord], width: int) -> list[int]:
    """Guesses at the heights, good enough for a scroll bar, from the length of the texts alone."""
    per_line = max(20, int(width / (size.TEXT * 0.52)))
    heights = []
    for message in messages:
        text = message.text
        height = (len(text) // per_line + text.count("\n") + 1) * 24 + AFTER
        if message.role is Role.USER:
            height += 2 * PAD_Y + (HEADER if message.is_spoken else 0)
        elif message.times is not None:
            height += _FOOTER
        heights.append(height)
    return heights
