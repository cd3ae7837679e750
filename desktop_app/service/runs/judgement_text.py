"""What a judgement says, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.protocol.backboard.system_one import (
    ChoiceAnswer,
    NoulAnswer,
    SystemOneResult,
    TypedAnswer,
    TypedQuestion,
    plain,
)
from desktop_app.service.providers.ports import BUILT_IN

_LONGEST_CELL = 200
_BY_WORDS = "Judged without a model, by shared words alone."


def judgement_text(
    questions: Mapping[str, TypedQuestion], result: SystemOneResult, provider: str
) -> str:
    """Markdown: a row for each question with its answer and how likely that is."""
    answers = result.typed
    rows = [
        f"| {_cell(plain(question.instructions))} | {_cell(said)} | {likely:.0%} |"
        for name, question in questions.items()
        for said, likely in [_said(answers[name])]
    ]
    table = "\n".join(("| Question | Answer | Probability |", "| --- | --- | ---: |", *rows))
    return f"{table}\n\n{_BY_WORDS}" if provider == BUILT_IN else table


def _said(answer: TypedAnswer) -> tuple[str, float]:
    """The likeliest answer, and how likely it is."""
    match answer:
        case NoulAnswer(noul=noul):
            if f"{noul:.0%}" == "50%":
                return "Undecided", noul
            return ("Yes", noul) if noul > 0.5 else ("No", 1 - noul)
        case ChoiceAnswer(choice=choice, probabilities=shares):
            return choice, shares.get(choice, answer.confidence)
        case _:
            likely = max(answer.probabilities, key=answer.probabilities.__getitem__)
            return answer.legend.get(likely, likely), answer.probabilities[likely]


def _cell(text: str) -> str:
    """One line that ends no cell."""
    line = " ".join(text.split())
    short = line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 1]}…"
    return short.replace("\\", "\\\\").replace("|", "\\|")
