"""What is selected in the conversation: from a place in one message to a place in another."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.ui.chat.block_column import Place
from desktop_app.ui.chat.message_stack import MessageStack

_END: Place = (1 << 30, 1 << 30)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a message that stays valid when messages are put before it."""

    message_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the press was to where the pointer is, in either order."""

    anchor: Spot
    head: Spot

    def ordered(self, stack: MessageStack) -> tuple[tuple[int, Place], tuple[int, Place]]:
        """First and last place, each with the number of its message."""
        ends = [(stack.number_of(spot.message_id), spot.place) for spot in (self.anchor, self.head)]
        return min(ends), max(ends)

    def within(self, number: int, stack: MessageStack) -> tuple[Place, Place] | None:
        """The part of the selection that lies in one message."""
        (first, start), (last, end) = self.ordered(stack)
        if not first <= number <= last or (first, start) == (last, end):
            return None
        return (start if number == first else (0, 0), end if number == last else _END)

    def text(self, stack: MessageStack) -> str:
        """The selected text, a blank line between messages."""
        (first, start), (last, end) = self.ordered(stack)
        if first < 0 or (first, start) == (last, end):
            return ""
        parts = []
        for number in range(first, last + 1):
            row = stack.row(number)
            begin = start if number == first else (0, 0)
            parts.append(row.text_between(begin, end if number == last else row.end))
        return "\n\n".join(part for part in parts if part)
