"""Answers typed questions without a language model: by the words that options and state share."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence

import numpy as np

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.system_one import (
    NO,
    YES,
    ChoiceQuestion,
    NoulQuestion,
    SystemOneResult,
    TypedQuestion,
    plain,
    result_of,
)
from desktop_app.service.providers.judge_ports import (
    CAPABILITIES,
    JudgeRequest,
    answer_of,
    options_of,
)
from desktop_app.service.providers.ports import BUILT_IN
from desktop_app.service.providers.vector_ports import Embedder

MODEL = "words"
_SURENESS = 4.0
"""Everything for an option and nothing against it makes it e^4 times as likely."""
_MOST_EMBEDDED = 2_000  # characters; the small model reads no more of a text

_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|ed|es|s)$")
_COMMON = frozenset(
    _WORD.findall(
        """
        a about an and any are as at be been but by can could did do does for from had has have
        he her his how i if in into is it its me my no not of on or our she should so text that
        the their them there they this to us was we were what when where which who why will with
        would you your message
        """
    )
)


class WordJudge:
    """A ``Judge`` that is no model: the same words always give the same answer.

    Args:
        embedder: Compares meanings too, where a model for that is on this computer.
    """

    provider = BUILT_IN
    model = MODEL

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    async def judge(self, request: JudgeRequest) -> SystemOneResult:
        """See ``Judge``; nothing is counted, as nothing is read by a model."""
        state = plain(request.state)
        meanings = [_meanings(question) for question in request.questions.values()]
        shared = await asyncio.to_thread(_shared_words, state, meanings)  # both may be long
        answers = {}
        for (name, question), meant, words in zip(
            request.questions.items(), meanings, shared, strict=True
        ):
            evidence = await self._likeness(state, meant, words)
            if len(evidence) == 1:  # what is not alike speaks for no
                evidence.append(1 - evidence[0])
            weights = [math.exp(_SURENESS * one) for one in evidence]
            options = options_of(question)
            answers[name] = answer_of(question, dict(zip(options, weights, strict=True)))
        return result_of(f"{BUILT_IN}/{MODEL}", answers, {})

    async def models(self) -> Sequence[ModelInfo]:
        """The one that is none."""
        return [
            ModelInfo(
                name=MODEL,
                provider=self.provider,
                model_type="system_one",
                context_limit=64_000,
                input_cost_per_1m_tokens=0.0,
                supports_streaming=False,
                system_one_capabilities=dict(CAPABILITIES),
                description="No model: compares the words of answers and text, on this computer.",
            )
        ]

    async def aclose(self) -> None:
        """Nothing to close: the embedder is closed by who opened it."""

    async def _likeness(
        self, state: str, meanings: Sequence[str], shared: list[float]
    ) -> list[float]:
        """How much of each meaning is in the state, by words and, where that is known, by sense."""
        if self._embedder is None or not state.strip():
            return shared
        texts = [text[:_MOST_EMBEDDED] or " " for text in (state, *meanings)]
        vectors = await self._embedder.embed(texts)
        near = np.clip(vectors[1:] @ vectors[0], 0.0, 1.0).tolist()
        return [(words + nearness) / 2 for words, nearness in zip(shared, near, strict=True)]


def _meanings(question: TypedQuestion) -> list[str]:
    """What each option means; a yes/no question may say of yes alone."""
    options = options_of(question)
    match question:
        case NoulQuestion() if not options[NO]:
            return [options[YES] or plain(question.instructions)]
        case ChoiceQuestion():
            return [" ".join(one) for one in options.items()]
        case _:
            return list(options.values())


def _shared_words(state: str, questions: Sequence[Sequence[str]]) -> list[list[float]]:
    """The share of each meaning's words that the state has; words of all meanings tell nothing."""
    there = _words(state)
    return [_shares(there, [_words(meaning) for meaning in meanings]) for meanings in questions]


def _shares(there: frozenset[str], meanings: Sequence[frozenset[str]]) -> list[float]:
    in_all = frozenset.intersection(*meanings) if len(meanings) > 1 else frozenset()
    telling = [words - in_all for words in meanings]
    return [len(words & there) / len(words) if words else 0.0 for words in telling]


def _words(text: str) -> frozenset[str]:
    found = (word for word in _WORD.findall(text.lower()) if word not in _COMMON)
    return frozenset(_ENDING.sub("", word) for word in found)
