"""``parley ask --questions``: typed questions from a file, answers in columns."""

from __future__ import annotations

import json

import pytest

from desktop_app.commands.questions.typed_questions import aligned, read_questions
from desktop_app.errors import InputError

TEAMS = {"billing": "invoices and payments", "technical": "bugs"}
QUESTIONS = {
    "team": {"type": "choice", "instructions": "Which team?", "criteria": TEAMS},
    "angry": {"type": "noul", "instructions": "Is it about furious gardening?"},
}
BY_WORDS = ("--model", "builtin/words")


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.json"
    path.write_text(json.dumps(QUESTIONS))
    return path


def test_the_answers_stand_in_columns(shell, questions):
    text = shell.text("ask", "The invoice is wrong.", "--questions", questions, *BY_WORDS)
    lines = text.splitlines()
    assert lines[0].split() == ["Question", "Answer", "Probability"]
    assert lines[1].startswith("Which team?                     billing  ")
    assert lines[2].startswith("Is it about furious gardening?  No ")
    assert "|" not in text
    assert "shared words alone" in text


def test_a_state_of_its_own_is_judged(shell, questions, tmp_path):
    state = tmp_path / "state.json"
    state.write_text('{"mail": "bugs, bugs, bugs"}')
    text = shell.text("ask", "--questions", questions, "--state", state, *BY_WORDS)
    assert "technical" in text


def test_a_conversation_is_judged(shell, questions):
    shell.text("ask", "say bugs everywhere", "--model", "openai/gpt-4.1")
    text = shell.text("ask", "--questions", questions, "--thread", "last", *BY_WORDS)
    assert "technical" in text


def test_scripts_are_given_the_numbers(shell, questions):
    done = shell.run("ask", "An invoice", "--questions", questions, *BY_WORDS, "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    details = [row["message"].get("details", {}) for row in rows if row["type"] == "message_saved"]
    judged = next(each["judged"] for each in details if "judged" in each)
    assert judged["model"] == "builtin/words"
    assert judged["answers"]["team"]["choice"] == "billing"


def test_a_field_does_the_same(shell):
    asked = json.dumps({"questions": QUESTIONS})
    text = shell.text("ask", "An invoice", "--field", f"system_one={asked}", *BY_WORDS)
    assert "billing" in text


def test_a_state_without_questions_is_refused(shell, questions):
    assert "--state goes with --questions" in shell.refusal("ask", "Hi", "--state", questions)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "it is not JSON"),
        ("[]", "no object with questions"),
        ("{}", "there is no question"),
        ('{"type": "noul", "instructions": "x"}', "each question needs an id"),
        ('{"a": {"type": "poem", "instructions": "x"}}', "poem"),
        ('{"a": {"type": "choice", "instructions": "x"}}', "criteria"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, content, why):
    path = tmp_path / "q.json"
    path.write_text(content)
    with pytest.raises(InputError, match=why):
        read_questions(path, None)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_questions(tmp_path / "none.json", None)


def test_a_table_keeps_what_stands_around_it_and_the_bars_in_its_cells():
    table = "| A \\| B | C |\n| --- | ---: |\n| 東京 | 5% |\n\nBelow."
    assert aligned(table) == "A | B  C\n東京   5%\n\nBelow."
