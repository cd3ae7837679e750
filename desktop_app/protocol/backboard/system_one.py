"""Typed questions and their answers: ``system_one`` of sections 5.3 and 5.6.

Backboard takes and gives them as TypeSafe's System One API does (docs.typesafe.ai/api and
/primitives, read in November 2026; the official SDK's ``models.py`` has the same fields).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject

Content = str | dict[str, Any] | list[Any]
"""Text, or an object or a list of texts."""

MOST_QUESTIONS = 64
MOST_OPTIONS = 255
MOST_LEVELS = 10
"""What TypeSafe takes of each question, and our own bound on their number."""

YES, NO = "true", "false"
"""The names of both answers in the criteria of a yes/no question."""


class NoulQuestion(WireObject, frozen=True, omit_defaults=True, tag_field="type", tag="noul"):
    """A yes/no question; ``criteria`` may say what ``true`` and ``false`` mean."""

    instructions: Content
    criteria: dict[str, str] | None = None


class ChoiceQuestion(WireObject, frozen=True, tag_field="type", tag="choice"):
    """Which of several options; ``criteria`` names each, with what it means or None."""

    instructions: Content
    criteria: dict[str, str | None]


class ScoreQuestion(WireObject, frozen=True, tag_field="type", tag="score"):
    """Where on a scale; ``criteria`` has its levels in words, the lowest first."""

    instructions: Content
    criteria: list[str]


TypedQuestion = NoulQuestion | ChoiceQuestion | ScoreQuestion


class SystemOneConfig(WireObject, frozen=True, omit_defaults=True):
    """The field ``system_one`` of a message.

    Attributes:
        questions: By an id of the client's choice.
        state: What is judged; without it, the conversation and the message.
    """

    questions: dict[str, TypedQuestion]
    state: Content | None = None


class NoulAnswer(WireObject, frozen=True, tag_field="type", tag="noul"):
    """``noul`` is how likely yes is."""

    noul: float


class ChoiceAnswer(WireObject, frozen=True, tag_field="type", tag="choice"):
    """``choice`` is the likeliest option, ``confidence`` from 0 to 1."""

    choice: str
    probabilities: dict[str, float]
    confidence: float = 0.0


class ScoreAnswer(WireObject, frozen=True, tag_field="type", tag="score"):
    """``score`` is the mean of the levels' numbers, which are the keys of the two mappings."""

    score: float
    legend: dict[str, str]
    probabilities: dict[str, float]
    confidence: float = 0.0


TypedAnswer = NoulAnswer | ChoiceAnswer | ScoreAnswer


class SystemOneResult(WireObject, frozen=True):
    """The field ``system_one`` of a reply.

    Attributes:
        model: Who judged.
        answers: By the ids of the questions; see ``typed``.
        usage: See ``counts``.
    """

    model: str | None = ""
    answers: dict[str, Any] | None = field(default_factory=dict[str, Any])
    usage: dict[str, Any] | None = field(default_factory=dict[str, Any])

    @property
    def typed(self) -> dict[str, TypedAnswer]:
        """The answers of the kinds known here; a server may add others."""
        known: dict[str, TypedAnswer] = {}
        for name, answer in (self.answers or {}).items():
            try:
                known[name] = msgspec.convert(answer, TypedAnswer, strict=False)
            except msgspec.ValidationError:
                continue
        return known

    @property
    def counts(self) -> dict[str, int]:
        """How many tokens of each kind, as far as the usage is counts."""
        usage = self.usage or {}
        return {name: count for name, count in usage.items() if isinstance(count, int)}


def result_of(
    model: str, answers: dict[str, TypedAnswer], usage: dict[str, int]
) -> SystemOneResult:
    """A result as the wire has it."""
    return SystemOneResult(model=model, answers=msgspec.to_builtins(answers), usage=usage)


def asked_words(questions: Mapping[str, TypedQuestion]) -> str:
    """The questions in words, a line for each: what a message says that says nothing else."""
    return "\n".join(" ".join(plain(one.instructions).split()) for one in questions.values())


def plain(content: Content) -> str:
    """A text for people and models: objects and lists as JSON."""
    return content if isinstance(content, str) else msgspec.json.encode(content).decode()
