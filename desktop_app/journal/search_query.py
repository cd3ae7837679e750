"""What a person types into a search box, as a full-text query."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def search_query(text: str) -> str:
    """Every word must occur; the last one may be the beginning of a word.

    Returns:
        An FTS5 query in which nothing is an operator; empty when there is no word in ``text``.
    """
    words = [f'"{word}"' for word in _WORD.findall(text)]
    return f"{' '.join(words)}*" if words else ""
