"""A short summary made of a text's own sentences."""

from __future__ import annotations

import re
from collections import Counter

MOST_CHARACTERS = 300

_READ_CHARACTERS = 40_000
_SENTENCES = 2
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n\s*\n")  # noqa: RUF001  (of other scripts)
_WORD = re.compile(r"\w{4,}")


def summarize(text: str) -> str:
    """The sentences that say most of what is said often, in the text's order.

    A text without sentences is summed up by its beginning.
    """
    sentences = [" ".join(one.split()) for one in _SENTENCE.split(text[:_READ_CHARACTERS])]
    telling = [one for one in sentences if 20 <= len(one) <= MOST_CHARACTERS and " " in one]
    if not telling:
        return _shortened(" ".join(text[:_READ_CHARACTERS].split()))
    counts = Counter(word for one in telling for word in set(_words(one)))
    ranked = sorted(range(len(telling)), key=lambda at: (-_weight(telling[at], counts), at))
    chosen: list[int] = []
    for at in ranked[: _SENTENCES * 2]:
        length = sum(len(telling[each]) + 1 for each in chosen) + len(telling[at])
        if len(chosen) < _SENTENCES and length <= MOST_CHARACTERS:
            chosen.append(at)
    return " ".join(telling[at] for at in sorted(chosen))


def _words(sentence: str) -> list[str]:
    return _WORD.findall(sentence.lower())


def _weight(sentence: str, counts: Counter[str]) -> float:
    """How often its words occur, on average; a short sentence says little."""
    words = _words(sentence)
    return sum(counts[word] for word in words) / (len(words) + 4)


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
