"""Why a service did not answer, said once."""

from __future__ import annotations

from desktop_app.errors import AppError
from desktop_app.ui.panels.failure import failure_words


def test_a_step_is_said_by_the_sentence_or_by_the_button_beside_it():
    lost = AppError("ask.lost")
    said = "The engine stopped before it could answer. It is starting again"
    assert failure_words(lost) == f"{said}; try again."
    assert failure_words(lost, has_retry=True) == f"{said}."


def test_a_file_is_named():
    assert failure_words(AppError("upload.empty", file="a.pdf")).startswith("a.pdf is empty")
    assert failure_words(AppError("upload.odd")) == "The service could not do that."


def test_what_the_service_refused_is_said_in_our_own_words_where_there_are_any():
    too_long = AppError("http.422", "x", kind="string_too_long", number="10000")
    assert failure_words(too_long).startswith("That is too long: 10000 characters")
    unlimited = AppError("http.422")
    unlimited.facts = {"message": "String should be shorter", "kind": "string_too_long"}
    assert failure_words(unlimited) == "String should be shorter"
    assert failure_words(AppError("document.empty")).startswith("The file is empty")
