"""A snippet cut into what was looked for and what stands around it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_MARKS = re.compile("([\x02\x03])")
_INLINE = re.compile(r"\*\*|~~|`+")
_LAYOUT = re.compile(r"^\s*(?:#{1,6}|>+)(?!\S)|(?<!\S)(?:(?=\S*--)[|:-]+|\|)(?!\S)", re.MULTILINE)


class Piece(NamedTuple):
    """Part of a snippet."""

    text: str
    is_found: bool = False


def pieces_of(snippet: str) -> tuple[Piece, ...]:
    """The snippet as one line, without marks of Markdown that only say how it looks.

    U+0002 and U+0003 stand around what was found.
    """
    words = _LAYOUT.sub(" ", _INLINE.sub("", snippet))
    line = re.sub(r"\s+", " ", words).strip()
    pieces: list[Piece] = []
    is_found = False
    for part in _MARKS.split(line):
        if part in ("\x02", "\x03"):
            is_found = part == "\x02"
        elif part:
            pieces.append(Piece(part, is_found))
    return tuple(pieces)


def is_right_to_left(text: str) -> bool:
    """Whether its first letter belongs to a script that is read from the right."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False
