"""A question says which words tell, and what must be found as it is written."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.service.documents.foreign_words import is_foreign
from desktop_app.service.documents.questions import Emphasis, any_of, understood


def test_the_telling_words_of_a_question_are_searched():
    question = understood("How many days off do I get in the first year?")
    assert question.words == ("many", "days", "off", "get", "first", "year")
    assert any_of(question.words[:2]) == '"many" OR "days"'
    assert (question.literal, question.emphasis) == ((), Emphasis.MEANING)


@pytest.mark.parametrize("text", ["What is it?", "Hello, how are you?", "Thanks!", "OK"])
def test_where_no_word_tells_nothing_is_searched_by_words(text):
    assert understood(text).words == ()


@pytest.mark.parametrize(
    ("text", "is_of_a_whole"),
    [
        ("Summarise the attached report", True),
        ("What is this document about?", True),
        ("Bitte eine Zusammenfassung", True),
        ("What does the document say about heating?", True),
        ("How much is the heating?", False),
        ("Where is the document of May?", False),
    ],
)
def test_what_asks_for_a_whole_document_is_noticed(text, is_of_a_whole):
    assert understood(text).is_of_a_whole is is_of_a_whole


@pytest.mark.parametrize("text", ["", "???", '""'])
def test_without_words_nothing_is_searched(text):
    question = understood(text)
    assert (question.literal, any_of(question.words)) == ((), "")


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("What does ERR_1234 mean?", '"ERR_1234"'),
        ("invoice INV-2024-01 please", '"INV-2024-01"'),
        ("when is getUserName called", '"getUserName"'),
        ("what is new in v2.1.3", '"v2.1.3"'),
        ("order 20241105", '"20241105"'),
        ('who said "to be or not" there', '"to be or not"'),
        ("wer sagte „sein oder nicht“ dort", '"sein oder nicht"'),
    ],
)
def test_identifiers_and_quotations_must_be_found_as_they_are(text, exact):
    assert understood(text).literal[0].startswith(f"({exact}) AND (")


def test_several_of_them_are_wanted_together_and_else_any():
    both, any_one = understood("Compare AX-1 with BX-2").literal
    assert both.startswith('("AX-1" AND "BX-2") AND (')
    assert any_one.startswith('("AX-1" OR "BX-2") AND (')


@pytest.mark.parametrize(
    "text", ["on the 3rd of May at 5pm", "in 2024", "the 90s", "a 10 euro note"]
)
def test_dates_and_amounts_are_ordinary_words(text):
    assert understood(text).literal == ()


@pytest.mark.parametrize(
    "text",
    [
        "Wie viele Tage Urlaub habe ich?",
        "Combien de jours de congé est-ce que je peux prendre ?",
        "¿Cuántos días de vacaciones hay para el personal?",
        "Quanti giorni di ferie non sono pagati?",
        "Сколько дней отпуска?",
        "休暇は何日ですか",
    ],
)
def test_other_languages_are_noticed(text):
    assert is_foreign(text)
    assert understood(text).emphasis is Emphasis.BOTH


@pytest.mark.parametrize(
    "text", ["How many days off do I get?", "vacation policy", "Where is the café in Zürich?", ""]
)
def test_english_is_not_foreign(text):
    assert not is_foreign(text)


@pytest.mark.parametrize(
    "text", ['"', '""a"" AND', "a* OR NEAR(b)", "x^2 -y {z}", "AND OR NOT", "a\0b", "col:value_1"]
)
def test_whatever_is_asked_the_search_understands_it(text):
    words = sqlite3.connect(":memory:")
    words.execute("CREATE VIRTUAL TABLE t USING fts5 (content)")
    question = understood(text)
    for expression in (*question.literal, any_of(question.words)):
        if expression:
            words.execute("SELECT 1 FROM t WHERE t MATCH ?", (expression,)).fetchall()
    words.close()
