"""How often something stands in a message, as people read it."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import Role
from desktop_app.ui.chat.finding import places_in
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.chat.shown_text import times_shown
from tests.ui.conftest import make_message


@pytest.mark.parametrize(
    ("text", "wanted", "times"),
    [
        ("**Tram**way and `tram`, TRAM", "tram", 3),
        ("**Tram**way", "Tramway", 1),
        ("Take [the 28](https://tram.example/tram) tram up", "the 28 tram", 1),
        ("Take [the 28](https://tram.example/tram) tram up", "tram", 1),
        ("- one\n- two\n\n1. one", "one", 2),
        ("- one", "-", 0),
        ("| tram | bus |\n|---|---|\n| 1 | a tram |", "tram", 2),
        ("```py\ntram = 1\n# tram\n```", "tram", 2),
        ("one\ntwo", "one two", 1),
        ("A ![tram](https://a.example/tram.png) and ![a tram](x)", "tram", 2),
        ("A &amp; B <b>tram</b>", "a & b", 1),
        ("# Trams\n\n> trams\n\n---\n\ntrams", "tram", 3),
        ("", "tram", 0),
        ("tram", "", 0),
        ("\U0001f68b tram İ", "tram", 1),
    ],
)
def test_it_is_counted_where_it_is_shown(look, text, wanted, times):
    assert times_shown(Role.ASSISTANT, text, wanted) == times
    row = MessageRow(look, make_message(1, text), 600, PictureShelf())
    assert len(places_in(row, wanted)) == times, "as many can be gone to"


def test_a_question_is_read_as_it_was_typed():
    assert times_shown(Role.USER, "**tram** [a](tram)", "**tram**") == 1
    assert times_shown(Role.USER, "**tram** [a](tram)", "tram") == 2
