"""What a question asks of the search: its telling words, and what must be found literally."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
_TOO_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        a about all also an and any are as at be been but by can could did do does file document
        for from give had has have he her him his how i if in is it its me more my of on or our
        please said say she show so tell than that the their them then there these they this
        those to us was we were what when where which who why will with would you your
        """,
    )
)


def words_expression(question: str) -> str:
    """An FTS5 expression of the words that matter, or of all where none does; empty for none."""
    words = _WORD.findall(question.lower())
    telling = [word for word in words if word not in _TOO_COMMON] or words
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(telling))
