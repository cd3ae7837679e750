"""The words of a query that matter, and memories found by them."""

from __future__ import annotations

import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

WORD = re.compile(r"\w+")
TOO_COMMON = frozenset(
    WORD.findall(
        """
        a about an and are as at be been but by can could did do does for from had has have he
        her him his how i if in is it its me my of on or our remember said say she so tell that
        the their them they this to told up us was we were what when where which who why will
        with would you your
        """,
    )
)
MOST_WORDS = 40
"""Of a query: the question is found by its first ones, however much was pasted after it."""

# CROSS JOIN: the words first. The other way round SQLite asks once for each memory.
_HOLDING = """
SELECT memories.seq FROM memory_words CROSS JOIN memories ON memories.seq = memory_words.rowid
WHERE memory_words MATCH ? AND memories.assistant_id = ?
"""


def telling_words(query: str) -> list[str]:
    """The words that matter, in lower case, each once; all words where none does."""
    words = WORD.findall(query.lower())
    telling = [word for word in words if word not in TOO_COMMON] or words
    return list(dict.fromkeys(telling))[:MOST_WORDS]


def expression(query: str, joiner: str) -> str:
    """An FTS5 expression of the telling words, empty where there are none.

    Args:
        query: Any text.
        joiner: `` OR `` or `` AND ``.
    """
    return joiner.join(f'"{word}"' for word in telling_words(query))


def word_scores(connection: sqlite3.Connection, assistant_id: str, query: str) -> dict[int, float]:
    """How well each memory matches the words of ``query``.

    Rare words of this assistant's memories weigh more than frequent ones.

    Returns:
        By ``memories.seq``: the share of what was asked for, over 0 and up to 1.
    """
    (total,) = connection.execute(
        "SELECT count(*) FROM memories WHERE assistant_id = ?", (assistant_id,)
    ).fetchone()
    scores: defaultdict[int, float] = defaultdict(float)
    asked = 0.0
    for word in telling_words(query):
        holding = connection.execute(_HOLDING, (f'"{word}"', assistant_id)).fetchall()
        weight = math.log1p(total / max(1, len(holding)))
        asked += weight
        for (seq,) in holding:
            scores[seq] += weight
    return {seq: min(1.0, score / asked) for seq, score in scores.items()}


def best(scores: dict[int, float], limit: int) -> Sequence[tuple[int, float]]:
    """The highest scores first, the newest of equals first."""
    ordered = sorted(scores.items(), key=lambda one: (one[1], one[0]), reverse=True)
    return ordered[:limit]
