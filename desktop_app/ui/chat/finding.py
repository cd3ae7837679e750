"""Where words stand in a message as it is laid out."""

from __future__ import annotations

from typing import NamedTuple

from desktop_app.ui.chat.block_column import Place
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.shown_text import folded_places


class FoundPlace(NamedTuple):
    """A stretch of text in a message.

    Attributes:
        below: px from the top of the block to the line.
    """

    start: Place
    end: Place
    below: int


def places_in(row: MessageRow, text: str) -> list[FoundPlace]:
    """Every place of the text, in any case; else of the first of its words that stands there."""
    for wanted in (text, *sorted(text.split(), key=len, reverse=True)):
        found = _exactly(row, wanted)
        if found:
            return found
    return []


def _exactly(row: MessageRow, text: str) -> list[FoundPlace]:
    wanted = folded_places(text)
    places = []
    for number in range(len(row.column)):
        block = row.column.block(number)
        written = folded_places(block.document.toPlainText())
        at = written.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            places.append(FoundPlace((number, at), (number, end), block.top_of(at)))
            at = written.find(wanted, end)
    return places
