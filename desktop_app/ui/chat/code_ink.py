"""The inks of code: which words of a line are keywords, strings, comments and numbers.

Line by line with a small state, so that code that grows is never read again, and with nothing
that takes more than one look at each character, whatever a reply holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from desktop_app.ui.chat.code_grammars import Grammar

_LONGEST = 1000  # characters of a line; what is longer is data, not code


@dataclass(frozen=True, slots=True)
class Ink:
    """Colour token ``name`` for characters ``start`` to ``end`` of a line."""

    start: int
    end: int
    name: str


def ink_line(grammar: Grammar, line: str, inside: str = "") -> tuple[tuple[Ink, ...], str]:
    """The inks of one line.

    Args:
        grammar: Of the language.
        line: Without its end.
        inside: What an earlier line left open: the opening mark, or empty.

    Returns:
        The inks in order, and what this line leaves open.
    """
    if len(line) > _LONGEST:
        return (), inside
    inks: list[Ink] = []
    at = 0
    if inside:
        closing, ink = next((c, i) for o, c, i in grammar.long if o == inside)
        end = line.find(closing)
        if end < 0:
            return (Ink(0, len(line), ink),) if line else (), inside
        at = end + len(closing)
        inks.append(Ink(0, at, ink))
    for found in _pattern(grammar).finditer(line, at):
        if found.start() < at:
            continue
        opening = found["long"]
        if opening:
            closing, ink = next((c, i) for o, c, i in grammar.long if o == opening)
            end = line.find(closing, found.end())
            if end < 0:
                inks.append(Ink(found.start(), len(line), ink))
                return tuple(inks), opening
            at = end + len(closing)
            inks.append(Ink(found.start(), at, ink))
            continue
        name = _ink_of(grammar, found)
        if name:
            inks.append(Ink(found.start(), found.end(), name))
        at = found.end()
    return tuple(inks), ""


def _ink_of(grammar: Grammar, found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    if kind == "word":
        word = found.group().lower() if grammar.folds_case else found.group()
        if word in grammar.keywords:
            return "ink_keyword"
        follows = found.string[found.end() : found.end() + 1]
        return "ink_name" if follows == "(" else ""
    return {"comment": "ink_comment", "string": "ink_string", "number": "ink_number"}[kind]


@lru_cache(maxsize=32)
def _pattern(grammar: Grammar) -> re.Pattern[str]:
    long = "|".join(re.escape(opening) for opening, _, _ in grammar.long) or "(?!)"
    comment = "|".join(
        rf"(?<!\S){re.escape(mark)}.*" if mark == "#" else rf"{re.escape(mark)}.*"
        for mark in grammar.line_comments
    )
    quotes = "|".join(rf"{q}(?:[^{q}\\]|\\.)*{q}?" for q in grammar.quotes)
    return re.compile(
        rf"(?P<long>{long})|(?P<comment>{comment or '(?!)'})|(?P<string>{quotes})"
        r"|(?P<number>\b\d[\w.]*)|(?P<word>[A-Za-z_$][\w$]*)"
    )
