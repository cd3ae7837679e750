"""The text of Markdown with its mathematics made readable."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from desktop_app.protocol.math_places import math_in, may_have_math
from desktop_app.protocol.math_text import math_text

MATH_MARK = "\u2060"
"""The first character of code that was mathematics: it takes no room."""


@dataclass(frozen=True, slots=True)
class Readable:
    """Markdown whose mathematics is readable text in code marks.

    Attributes:
        source: The Markdown.
        places: Pairs of (place in what was written, place here) where the two begin to differ,
            and where they go on.
    """

    source: str
    places: tuple[tuple[int, int], ...] = ()

    def place_of(self, written: int) -> int:
        """Where a place of the text as written stands in ``source``."""
        number = bisect_right(self.places, (written, len(self.source) + 1)) - 1
        if number < 0:
            return written
        before, here = self.places[number]
        if number % 2:
            return here + written - before
        return self.places[number + 1][1] if written > before else here  # whole or not at all


def readable_math(markdown: str) -> Readable:
    """Find mathematics between ``$``, ``$$``, ``\\(\\)`` and ``\\[\\]``; prices stay text."""
    if not may_have_math(markdown):
        return Readable(markdown)
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = length = 0
    for span in math_in(markdown):
        inside = span.source
        before = markdown[at : span.begin]
        said = math_text(inside).replace("`", "'")
        shown = f"`{MATH_MARK}{said or inside.strip()}`"
        places.append((span.begin, length + len(before)))
        length += len(before) + len(shown)
        places.append((span.end, length))
        parts += [before, shown]
        at = span.end
    return Readable("".join([*parts, markdown[at:]]), tuple(places))
