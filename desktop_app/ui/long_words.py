"""Words that are longer than a narrow line, with places where a line may end within them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QTextBoundaryFinder

_MAY_END = "\u200b"
_LONG_WORD = re.compile(r"\S{19,}")
_LONGEST_PART = 12  # letters
_PARTS_END = tuple("-_./\\")


def breakable(text: str) -> str:
    """With places where a line may end within words that are longer than a narrow line."""
    return _LONG_WORD.sub(lambda long: _with_ends(_letters(long[0])), text)


def _with_ends(letters: Sequence[str]) -> str:
    """After a sign of names of files, or after a dozen letters that are not joined in writing."""
    written, count = "", 0
    for letter, after in zip(letters, (*letters[1:], ""), strict=True):
        written += letter
        count += 1
        is_joined = all(
            unicodedata.bidirectional(one[:1] or " ") == "AL" for one in (letter, after)
        )
        may_end = letter in _PARTS_END or (count >= _LONGEST_PART and not is_joined)
        if may_end and after and after not in _PARTS_END:
            written += _MAY_END
            count = 0
    return written


def _letters(word: str) -> Sequence[str]:
    """As people see them: with their accents, and families of emoji as one."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, word)
    units = word.encode("utf-16-le", "surrogatepass")  # which the finder counts
    letters, at = [], 0
    while (end := finder.toNextBoundary()) > at:
        letters.append(units[2 * at : 2 * end].decode("utf-16-le", "surrogatepass"))
        at = end
    return letters
