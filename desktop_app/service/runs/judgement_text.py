"""What a judgement says, as a table for people, in the language of the service's own machine."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.prose import tr, tr_in
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


def judgement_text(
    questions: Mapping[str, TypedQuestion], result: SystemOneResult, provider: str
) -> str:
    """Markdown: a row for each question with its answer and how likely that is."""
    answers = result.typed
    rows = [
        f"| {_cell(plain(question.instructions))} | {_cell(said)} | {_percent(likely)} |"
        for name, question in questions.items()
        for said, likely in [_said(answers[name])]
    ]
    heading = f"| {tr('Question')} | {tr_in('table', 'Answer')} | {tr('Probability')} |"
    table = "\n".join((heading, "| --- | --- | ---: |", *rows))
    by_words = tr("Judged without a model, by shared words alone.")
    return f"{table}\n\n{by_words}" if provider == BUILT_IN else table


def _said(answer: TypedAnswer) -> tuple[str, float]:
    """The likeliest answer, and how likely it is."""
    match answer:
        case NoulAnswer(noul=noul):
            if f"{noul:.0%}" == "50%":
                return tr("Undecided"), noul
            return (tr("Yes"), noul) if noul > 0.5 else (tr("No"), 1 - noul)
        case ChoiceAnswer(choice=choice, probabilities=shares):
            return choice, shares.get(choice, answer.confidence)
        case _:
            likely = max(answer.probabilities, key=answer.probabilities.__getitem__)
            return answer.legend.get(likely, likely), answer.probabilities[likely]


def _percent(part: float) -> str:
    return tr("{percent}%").format(percent=f"{100 * part:.0f}")


def _cell(text: str) -> str:
    """One line that ends no cell."""
    line = " ".join(text.split())
    short = line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 1]}…"
    return short.replace("\\", "\\\\").replace("|", "\\|")
