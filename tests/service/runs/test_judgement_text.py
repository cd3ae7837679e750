"""What a judgement says, as a table for people."""

from __future__ import annotations

import pytest

from desktop_app.languages import ENGLISH, speak
from desktop_app.protocol.backboard.system_one import NoulAnswer, NoulQuestion, result_of
from desktop_app.service.runs.judgement_text import judgement_text


@pytest.mark.parametrize(
    ("noul", "said"),
    [
        (0.97, "Yes | 97%"),
        (0.51, "Yes | 51%"),
        (0.504, "Undecided | 50%"),
        (0.496, "Undecided | 50%"),
        (0.49, "No | 51%"),
        (0.0, "No | 100%"),
    ],
)
def test_an_even_chance_is_neither_yes_nor_no(noul, said):
    questions = {"fox": NoulQuestion(instructions="Is a fox mentioned?")}
    result = result_of("jev-latest", {"fox": NoulAnswer(noul=noul)}, {})
    text = judgement_text(questions, result, "typesafe")
    assert text.splitlines()[2:] == [f"| Is a fox mentioned? | {said} |"]


def test_the_table_is_in_the_language_that_the_service_speaks():
    questions = {"a": NoulQuestion(instructions="Eilig?")}
    result = result_of("jev-latest", {"a": NoulAnswer(noul=0.9)}, {})
    try:
        speak("de")
        text = judgement_text(questions, result, "builtin")
    finally:
        speak(ENGLISH)
    assert text.splitlines()[0] == "| Frage | Antwort | Wahrscheinlichkeit |"
    assert "| Eilig? | Ja | 90 % |" in text
    assert "Ohne Modell beurteilt" in text
