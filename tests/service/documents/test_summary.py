"""A summary is made of a text's own sentences."""

from __future__ import annotations

from desktop_app.service.documents.summary import MOST_CHARACTERS, summarize


def test_the_sentences_that_say_most_are_taken_in_their_order():
    text = (
        "Hello and welcome to this. The heating of the building is renewed in spring. "
        "Lunch is at noon. Renewing the heating of the building costs nine thousand euros."
    )
    assert summarize(text) == (
        "The heating of the building is renewed in spring. "
        "Renewing the heating of the building costs nine thousand euros."
    )


def test_it_is_never_long():
    text = " ".join(
        f"This is the rather long sentence number {n} of many others." for n in range(99)
    )
    assert 60 < len(summarize(text)) <= MOST_CHARACTERS


def test_what_has_no_sentences_is_summed_up_by_its_beginning():
    assert summarize("alpha\nbeta") == "alpha beta"
    long = summarize("x" * 20 + " " + "y" * 1_000)
    assert long == "x" * 20 + "…"
