"""Brings what was found by words and what was found by meaning into one order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop_app.service.documents.questions import Emphasis

Ranked = list[tuple[int, float]]
"""(number of a passage, score), the best first."""

WORDS_SHARE = 0.1
LEAST_COSINE = 0.15
"""Below this, meaning alone says nothing: unrelated texts reach it too."""


@dataclass(frozen=True, slots=True)
class Cosines:
    """How near each passage is to a question.

    Attributes:
        seqs: int64, shape (n,): numbers of the passages.
        values: float32, shape (n,): their cosines.
    """

    seqs: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    values: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Cosines]) -> Cosines:
        """All of them."""
        return cls(
            np.concatenate([part.seqs for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def best(self, count: int) -> dict[int, float]:
        """The nearest passages, by number, the nearest first."""
        count = min(count, len(self.seqs))
        if count == 0:
            return {}
        near = np.argpartition(-self.values, count - 1)[:count]
        near = near[np.lexsort((self.seqs[near], -self.values[near]))]
        return dict(zip(self.seqs[near].tolist(), self.values[near].tolist(), strict=True))

    def of(self, wanted: Sequence[int]) -> dict[int, float]:
        """The cosines of those of ``wanted`` that are known."""
        found = np.isin(self.seqs, np.asarray(wanted, np.int64))
        return dict(zip(self.seqs[found].tolist(), self.values[found].tolist(), strict=True))


def merged(by_words: Ranked, cosines: Cosines, emphasis: Emphasis, limit: int) -> Ranked:
    """The best of both.

    By default the cosine decides and words add a tenth at most: reciprocal rank fusion would
    spoil what meaning finds. What must be found literally comes first by its words.
    """
    if not len(cosines.seqs):
        return by_words[:limit]
    by_meaning = _by_meaning(by_words, cosines, limit)
    match emphasis:
        case Emphasis.WORDS:
            return _unique([*by_words, *by_meaning], limit)
        case Emphasis.BOTH:
            return _unique(_alternating(by_words, by_meaning), limit)
        case Emphasis.MEANING:
            return by_meaning[:limit]


def _by_meaning(by_words: Ranked, cosines: Cosines, limit: int) -> Ranked:
    near = cosines.best(4 * limit)
    best = list(near.values())[:limit]
    usual = sum(best) / len(best)
    known = near | cosines.of([seq for seq, _ in by_words])
    shares = _shares(by_words)
    scores = {}
    for seq in known.keys() | shares.keys():
        share = shares.get(seq, 0.0)
        # one that has no vector yet is as near as the best, as far as its words say so
        cosine = known.get(seq, usual * share)
        if cosine >= LEAST_COSINE or share:
            scores[seq] = cosine + WORDS_SHARE * share
    return sorted(scores.items(), key=lambda one: (-one[1], one[0]))


def _shares(by_words: Ranked) -> dict[int, float]:
    """From 0 to 1: how much of the best match each is."""
    most = max((score for _, score in by_words), default=0.0)
    return {seq: score / most if most > 0 else 1.0 for seq, score in by_words}


def _alternating(one: Ranked, other: Ranked) -> Iterator[tuple[int, float]]:
    for index in range(max(len(one), len(other))):
        yield from one[index : index + 1]
        yield from other[index : index + 1]


def _unique(ranked: Iterable[tuple[int, float]], limit: int) -> Ranked:
    first: dict[int, float] = {}
    for seq, score in ranked:
        first.setdefault(seq, score)
    return list(first.items())[:limit]
