"""Typed questions as a person writes them, and what is sent of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from desktop_app.prose import tr
from desktop_app.protocol.backboard.system_one import (
    MOST_LEVELS,
    MOST_OPTIONS,
    ChoiceQuestion,
    NoulQuestion,
    ScoreQuestion,
    SystemOneConfig,
    TypedQuestion,
    asked_words,
)
from desktop_app.protocol.commands import TurnWishes


class Kind(StrEnum):
    """What kind of answer a question has."""

    YES_NO = "noul"
    CHOICE = "choice"
    SCALE = "score"


class Written(NamedTuple):
    """One question, as it stands in its fields.

    Attributes:
        lines: Its options or levels, one on each line; an option may say what it means after a
            colon.
    """

    words: str = ""
    kind: Kind = Kind.YES_NO
    lines: str = ""

    @property
    def options(self) -> list[str]:
        """The lines that say something."""
        return [line.strip() for line in self.lines.splitlines() if line.strip()]


class QuestionError(ValueError):
    """A question cannot be asked as it is; its text says why.

    Attributes:
        place: Which one, from 0 on.
    """

    def __init__(self, place: int, words: str) -> None:
        super().__init__(words)
        self.place = place


def turn_of(written: Sequence[Written], about: str) -> tuple[str, TurnWishes]:
    """The message, and what goes along with its words.

    Args:
        written: In the order in which they are asked.
        about: What is judged; empty for the conversation.

    Raises:
        QuestionError: One of them cannot be asked.
    """
    questions = {f"q{place + 1}": _typed(place, one) for place, one in enumerate(written)}
    about = about.strip()
    asked = SystemOneConfig(questions=questions, state=about or None)
    fields: dict[str, Any] = {"system_one": msgspec.to_builtins(asked)}
    return about or asked_words(questions), TurnWishes(fields=fields)


def _typed(place: int, one: Written) -> TypedQuestion:
    words = one.words.strip()
    if not words:
        raise QuestionError(place, tr("Write what is asked."))
    if one.kind is Kind.YES_NO:
        return NoulQuestion(instructions=words)
    options = one.options
    if len(options) < 2:
        raise QuestionError(place, tr("Write at least two answers, one on each line."))
    most = MOST_OPTIONS if one.kind is Kind.CHOICE else MOST_LEVELS
    if len(options) > most:
        words = tr("There can be at most {number} answers.").format(number=most)
        raise QuestionError(place, words)
    if one.kind is Kind.SCALE:
        return ScoreQuestion(instructions=words, criteria=options)
    named = [option.partition(":") for option in options]
    criteria = {name.strip() or mark: meaning.strip() or None for name, mark, meaning in named}
    if len(criteria) < len(options):
        raise QuestionError(place, tr("Two answers are the same."))
    return ChoiceQuestion(instructions=words, criteria=criteria)
