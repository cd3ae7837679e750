"""Quotations from documents: the right sentence, its place, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.service.providers.builtin.skills.passages import Quoted, nearest, quotation
from desktop_app.service.providers.ports import Passage

RENT = Passage(
    "d",
    "lease.pdf",
    "The flat is on the second floor. The monthly rent is 840 euros, due on the third day."
    " Pets are allowed. Notice must be given three months ahead.",
    "page 2",
)
MENU = Passage("m", "menu.txt", "Soup of the day: lentils.")


def said_of(quoted: Quoted | None) -> str:
    assert quoted is not None
    return quoted.text


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how much is the monthly rent", "The monthly rent is 840 euros, due on the third day."),
        ("are pets allowed", "Pets are allowed."),
        ("WHEN must notice be given", "Notice must be given three months ahead."),
        ("on which floors is the flat", "The flat is on the second floor."),
    ],
)
def test_the_sentence_that_answers_is_quoted_with_its_place(question, sentence):
    assert (
        said_of(quotation(question, [MENU, RENT])) == f"\u201c{sentence}\u201d [lease.pdf, page 2]"
    )


def test_a_file_without_pages_is_named_alone():
    said = said_of(quotation("what is the soup of the day", [MENU]))
    assert said == "\u201cSoup of the day: lentils.\u201d [menu.txt]"


@pytest.mark.parametrize(
    "question",
    [
        "who is the landlord",
        "",
        "what is it",
        "the",
        "?",
        "monthly income after all taxes",
        "\u559c",
    ],
)
def test_what_does_not_fit_is_not_quoted(question):
    assert quotation(question, [RENT, MENU]) is None


def test_nothing_found_is_nothing_quoted():
    assert quotation("how much is the rent", []) is None


def test_a_heading_is_quoted_with_what_follows_it():
    passage = Passage("d", "manual.md", "Reset the device\n\nHold both buttons for ten seconds.")
    assert said_of(quotation("how do I reset the device", [passage])) == (
        "\u201cReset the device Hold both buttons for ten seconds.\u201d [manual.md]"
    )


def test_two_sources_that_fit_as_well_are_both_quoted_and_repeats_once():
    again = Passage("e", "mail.txt", "Pets are allowed.")
    other = Passage("f", "rules.txt", "No pets are allowed in the lift.")
    quoted = quotation("are pets allowed", [RENT, again, other])
    assert quoted is not None
    assert quoted.passages == (RENT, other)
    assert quoted.text.split("\n\n") == [
        "\u201cPets are allowed.\u201d [lease.pdf, page 2]",
        "\u201cNo pets are allowed in the lift.\u201d [rules.txt]",
    ]


def test_a_long_quotation_is_cut_at_a_word():
    passage = Passage("d", "log.txt", "the engine " + "started and stopped " * 60)
    said = said_of(quotation("did the engine start", [passage]))
    assert len(said) < 430
    assert said.endswith(" \u2026\u201d [log.txt]")


def test_what_is_near_in_meaning_is_quoted_as_no_more_than_that():
    near, nearer = replace(MENU, nearness=0.46), replace(RENT, nearness=0.6)
    assert said_of(nearest([near])) == (
        "This comes nearest in your documents: \u201cSoup of the day: lentils.\u201d [menu.txt]"
    )
    assert "[lease.pdf, page 2]" in said_of(nearest([near, nearer]))


def test_what_is_not_known_to_be_near_is_not_quoted():
    assert nearest([]) is None
    assert nearest([MENU, RENT]) is None
