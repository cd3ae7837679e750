"""How often something stands in a message, as people read it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from desktop_app.journal.records import Role
from desktop_app.ui.chat import shown_text
from desktop_app.ui.chat.finding import places_in
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.chat.shown_text import forget_shown, times_shown
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


def test_the_next_letter_parses_no_message_of_a_long_thread_again(monkeypatch):
    parsed = []
    parse = QTextDocument.setMarkdown

    class Document(QTextDocument):
        def setMarkdown(self, text, features):  # noqa: N802 - Qt's name
            parsed.append(text)
            parse(self, text, features)

    monkeypatch.setattr(shown_text, "QTextDocument", Document)
    forget_shown()
    texts = [f"Message **{number}** of the tram." for number in range(5_000)]
    for wanted in ("t", "tr", "tra"):
        assert sum(times_shown(Role.ASSISTANT, text, wanted) for text in texts) >= len(texts)
    assert len(parsed) == len(texts)
    forget_shown()
    times_shown(Role.ASSISTANT, texts[0], "t")
    assert len(parsed) == len(texts) + 1
