"""Quotes the sentences of documents that answer a question, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop_app.service.providers.builtin.skills.content_words import content_stems
from desktop_app.service.providers.ports import Passage
from desktop_app.service.providers.prompting import citation

_LEAST_SHARE = 0.6
"""Of the question's telling words that a passage must hold: a near miss would be a wrong answer."""

_MOST_QUOTED = 400  # characters
_MOST_SOURCES = 2
_LONGEST_QUESTION = 60  # words: longer ones are no questions
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n{2,}|\n(?=[-*\u2022])")
_OF_FILES = content_stems("according document file give text")
"""Words of questions about documents that no answer needs to hold."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is said of documents, and the passages that it is said from."""

    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Quotation:
    text: str
    passage: Passage
    share: float


def quotation(question: str, passages: Sequence[Passage]) -> Quoted | None:
    """The best sentences word for word, each with its source; None where nothing fits well.

    Args:
        question: As it was asked.
        passages: What was found for it, the best first.
    """
    wanted = _stems(question)
    if not wanted or len(question.split()) > _LONGEST_QUESTION:
        return None
    found = [each for passage in passages if (each := _quoted(passage, wanted)) is not None]
    if not found:
        return None
    best = max(each.share for each in found)
    equals = {each.text: each for each in reversed(found) if each.share == best}
    chosen = list(reversed(equals.values()))[:_MOST_SOURCES]
    said = (f"\u201c{each.text}\u201d {citation(each.passage)}" for each in chosen)
    return Quoted("\n\n".join(said), tuple(each.passage for each in chosen))


def nearest(passages: Sequence[Passage]) -> Quoted | None:
    """What means nearly the same as the question, said to be no more than that; else None."""
    near = [(each.nearness, each) for each in passages if each.nearness is not None]
    if not near:
        return None
    _, best = max(near, key=lambda pair: pair[0])
    text = _shortened(" ".join(best.text.split()))
    said = f"This comes nearest in your documents: \u201c{text}\u201d {citation(best)}"
    return Quoted(said, (best,))


def _quoted(passage: Passage, wanted: frozenset[str]) -> _Quotation | None:
    """The sentence with the most of what is wanted, and the next where it is short."""
    share = len(wanted & _stems(passage.text)) / len(wanted)
    if share < _LEAST_SHARE:
        return None
    sentences = list(_sentences(passage.text))
    counts = [len(wanted & _stems(sentence)) for sentence in sentences]
    at = counts.index(max(counts))
    text = sentences[at]
    after = sentences[at + 1] if at + 1 < len(sentences) else ""
    # A heading, or the question itself, has all the words and no answer.
    if after and (counts[at] < len(wanted) or not text.endswith(".")):
        text = f"{text} {after}"
    return _Quotation(_shortened(text), passage, share)


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        plain = " ".join(sentence.split())
        if plain:
            yield plain


def _shortened(text: str) -> str:
    if len(text) <= _MOST_QUOTED:
        return text
    return text[:_MOST_QUOTED].rsplit(" ", 1)[0] + " \u2026"


def _stems(text: str) -> frozenset[str]:
    return content_stems(text) - _OF_FILES
