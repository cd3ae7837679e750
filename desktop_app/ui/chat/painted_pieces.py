"""What is on the screen already, so that it is moved and not painted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from desktop_app.ui.chat.message_stack import MessageStack


class Piece(NamedTuple):
    """A part of a message across the whole view; equal keys of equal height look the same."""

    key: Hashable
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Repainting:
    """What makes the screen right again.

    Attributes:
        moved: px by which what stays has gone down.
        stale: What is to be painted after that.
    """

    moved: int
    stale: QRegion


def pieces_in(stack: MessageStack, top: int, height: int) -> tuple[Piece, ...]:
    """The pieces in sight, placed in the view; ``top`` is its upper edge in the stack."""
    return tuple(_pieces(stack, top, height))


def _pieces(stack: MessageStack, top: int, height: int) -> Iterator[Piece]:
    number = stack.number_at(top)
    while 0 <= number < len(stack) and stack.top(number) < top + height:
        start, row = stack.top(number), stack.row(number)
        message_id = row.message.id
        for key, first, last in row.pieces(top - start, top + height - start):
            yield Piece((message_id, key), start + first - top, start + last - top)
        number += 1


def repainting(before: tuple[Piece, ...], after: tuple[Piece, ...], area: QRect) -> Repainting:
    """What is to be done so that ``after`` is seen where ``before`` is."""
    old = {(piece.key, piece.bottom - piece.top): piece.top for piece in before}
    stays = [
        (piece, piece.top - old[piece.key, piece.bottom - piece.top])
        for piece in after
        if (piece.key, piece.bottom - piece.top) in old
    ]
    moves: Counter[int] = Counter()
    for piece, moved in stays:
        moves[moved] += piece.bottom - piece.top
    moved = moves.most_common(1)[0][0] if moves else 0
    stale = QRegion(area)
    was_seen = area.intersected(area.translated(0, moved))
    for top, bottom in _runs(piece for piece, its_move in stays if its_move == moved):
        place = QRect(area.left(), top, area.width(), bottom - top)
        stale -= QRegion(place.intersected(was_seen))
    return Repainting(moved, stale)


def _runs(pieces: Iterable[Piece]) -> Iterator[tuple[int, int]]:
    """From where to where pieces follow each other without a gap."""
    start = end = 0
    for piece in pieces:
        if piece.top != end:
            if end > start:
                yield start, end
            start = piece.top
        end = piece.bottom
    if end > start:
        yield start, end
