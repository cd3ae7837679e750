"""Where the words end that somebody heard of a text. Pure."""

from __future__ import annotations

from unicodedata import east_asian_width


def word_end(text: str, at: int) -> int:
    """The last end of a word up to a place in a text.

    Chinese and Japanese are written without spaces: there a word may end behind every character.

    Args:
        text: Of which so much was heard.
        at: How many characters, 0 to its length.

    Returns:
        0 to ``at``.
    """
    while at and not _parts(text[at - 1], text[at : at + 1]):
        at -= 1
    return at


def _parts(before: str, behind: str) -> bool:
    return not behind or behind.isspace() or _is_wide(before) or _is_wide(behind)


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in ("W", "F")
