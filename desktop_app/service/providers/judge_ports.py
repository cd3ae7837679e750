"""The interface behind which those stand who answer typed questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.system_one import (
    MOST_LEVELS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    NO,
    YES,
    ChoiceAnswer,
    ChoiceQuestion,
    Content,
    NoulAnswer,
    NoulQuestion,
    ScoreAnswer,
    SystemOneResult,
    TypedAnswer,
    TypedQuestion,
)

CAPABILITIES: Mapping[str, Any] = {
    "question_types": ["noul", "choice", "score"],
    "max_questions": MOST_QUESTIONS,
    "max_choice_options": MOST_OPTIONS,
    "max_score_levels": MOST_LEVELS,
}
"""The same for all."""


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """What is to be judged.

    Attributes:
        model: Name, or empty for the provider's default.
    """

    questions: Mapping[str, TypedQuestion]
    state: Content
    model: str = ""


class Judge(Protocol):
    """Answers typed questions about a state."""

    provider: str
    model: str

    async def judge(self, request: JudgeRequest) -> SystemOneResult:
        """An answer to every question, of its kind.

        Raises:
            InputError: The provider refused what was asked.
            AccessError, NetworkError, ProtocolError
        """

    async def models(self) -> Sequence[ModelInfo]: ...

    async def aclose(self) -> None: ...


def options_of(question: TypedQuestion) -> dict[str, str]:
    """The possible answers and what they mean, as far as that is said.

    A yes/no question has ``true`` and ``false``, a scale the numbers of its levels from 0 on.
    """
    match question:
        case NoulQuestion(criteria=criteria):
            return {name: (criteria or {}).get(name, "") for name in (YES, NO)}
        case ChoiceQuestion(criteria=criteria):
            return {name: meaning or "" for name, meaning in criteria.items()}
        case _:
            return {str(number): level for number, level in enumerate(question.criteria)}


def answer_of(question: TypedQuestion, weights: Mapping[str, float]) -> TypedAnswer:
    """The answer that says how likely each option is.

    Args:
        question: What was asked.
        weights: Of ``options_of``, none below 0 and not all 0.
    """
    total = sum(weights.values())
    likely = {name: weight / total for name, weight in weights.items()}
    match question:
        case NoulQuestion():
            return NoulAnswer(noul=likely[YES])
        case ChoiceQuestion():
            best = max(likely, key=likely.__getitem__)
            return ChoiceAnswer(choice=best, probabilities=likely, confidence=_confidence(likely))
        case _:
            return ScoreAnswer(
                score=sum(int(number) * share for number, share in likely.items()),
                legend=options_of(question),
                probabilities=likely,
                confidence=_confidence(likely),
            )


def _confidence(likely: Mapping[str, float]) -> float:
    """How far the best option is above chance: 0 where all are alike, 1 where it is certain."""
    if len(likely) < 2:
        return 1.0
    return (max(likely.values()) * len(likely) - 1) / (len(likely) - 1)
