"""Words of a question that no document holds, and the written words that may be meant by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_SHORTEST = 5
_SHORTEST_STEM = 4
_LONGEST = 40
_SAME_LETTERS = 2
"""At the beginning, where slips are rare: all words of the documents would be too many to try."""
_LEAST_SHARE = 0.6
_MOST_MEANT = 3
_MOST_WORDS = 8
"""Each costs 5 ms among 100,000 passages; more of them are a text, or another language."""
_LAST = "\U0010ffff"

_IS_WRITTEN = "SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT 1"
_TERMS = "SELECT term FROM chunk_terms WHERE term >= ? AND term < ?"


def meant_by(connection: sqlite3.Connection, words: Iterable[str]) -> Iterator[str]:
    """Stems that stand in documents, for those of the words that do not.

    A slip of one letter, another ending, or the beginning of a compound: ``vacatoin`` and
    ``vacatio`` for ``vacat``, ``rain`` for ``raincoat``.

    Args:
        words: In lower case.
    """
    for word in islice(_unwritten(connection, words), _MOST_WORDS):
        beginning = word[:_SAME_LETTERS]
        rows = connection.execute(_TERMS, (beginning, beginning + _LAST))
        yield from _nearest(word, [str(row["term"]) for row in rows])


def _unwritten(connection: sqlite3.Connection, words: Iterable[str]) -> Iterator[str]:
    for word in words:
        can_be_near = _SHORTEST <= len(word) <= _LONGEST and word.isalpha()
        if can_be_near and not connection.execute(_IS_WRITTEN, (f'"{word}"',)).fetchone():
            yield word


def _nearest(word: str, terms: Sequence[str]) -> list[str]:
    """The best first: those that share the longest beginning with the word."""
    near = [term for term in terms if _may_be_meant(word, term)]
    return sorted(near, key=lambda term: (-_shared(word, term), len(term)))[:_MOST_MEANT]


def _may_be_meant(word: str, stem: str) -> bool:
    if len(stem) < max(_SHORTEST_STEM, _LEAST_SHARE * len(word)):
        return False
    if stem.startswith(word):
        return True
    lengths = range(len(stem) - 1, len(stem) + 2)
    return any(is_one_slip(word[:length], stem) for length in lengths)


def is_one_slip(one: str, other: str) -> bool:
    """Whether at most one letter is missing, too much, wrong or changed with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = _shared(one, other)
    return (
        one[at + 1 :] in (other[at:], other[at + 1 :])
        or one[at:] == other[at + 1 :]
        or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])
    )


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    at = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        at += 1
    return at
