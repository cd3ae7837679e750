"""Where mathematics stands inside of Markdown, and the text with it made readable."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from desktop_app.ui.chat.math_text import math_text

MATH_MARK = "\u2060"
"""The first character of code that was mathematics: it takes no room."""

# Code is looked for first, so that what stands in it is never taken for mathematics.
_SPAN = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<escaped>\\\$)"
    r"|\$\$(?P<wide>[^$\n]{1,2000})\$\$"
    r"|\\\((?P<round>.{1,2000}?)\\\)"
    r"|\\\[(?P<square>.{1,2000}?)\\\]"
    r"|\$(?P<dollar>(?![\s$])[^$\n]{1,500}?(?<![\s\\]))\$(?!\d)",
    re.DOTALL,
)
_STRONG = re.compile(r"[\\^_={}<>|]")
_WEAK = re.compile(r"[A-Za-z0-9)]\s*[-+*/]\s*[A-Za-z0-9(]|^-?[A-Za-z]'?$|^\d+(?:\.\d+)?[a-z]?$")
_IS_OPEN = re.compile(r"[-\u2013\u2014+*/(,:;]$")
_HAS_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")


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
    if "$" not in markdown and "\\(" not in markdown and "\\[" not in markdown:
        return Readable(markdown)
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = length = 0
    for found in _SPAN.finditer(markdown):
        inside = found["wide"] or found["round"] or found["square"] or _of_dollars(found)
        if inside is None:
            continue
        before = markdown[at : found.start()]
        said = math_text(inside).replace("`", "'")
        shown = f"`{MATH_MARK}{said or inside.strip()}`"
        places.append((found.start(), length + len(before)))
        length += len(before) + len(shown)
        places.append((found.end(), length))
        parts += [before, shown]
        at = found.end()
    return Readable("".join([*parts, markdown[at:]]), tuple(places))


def _of_dollars(found: re.Match[str]) -> str | None:
    """What single dollars enclose, unless they are prices: ``$5 and $6`` is no mathematics."""
    inside = found["dollar"]
    if not inside or _IS_OPEN.search(inside):
        return None
    if _STRONG.search(inside):
        is_price = inside[0].isdigit() and _HAS_WORDS.search(inside)
        return None if is_price else inside
    is_sum = _WEAK.search(inside) and not _HAS_WORDS.search(inside)
    return inside if is_sum else None
