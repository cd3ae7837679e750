"""The word that sounds, within what was and what comes."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import Role
from desktop_app.state.captions import MS_PER_CHARACTER, SILENT, caption_of, caption_of_turn
from tests.ui.conftest import make_message

TEXT = "It is nine in the morning"


@pytest.mark.parametrize(
    ("heard_ms", "word"),
    [(0, "It"), (1000, "is"), (1500, "is"), (2400, "nine"), (9990, "morning"), (60_000, "morning")],
)
def test_the_word_follows_what_was_heard(heard_ms, word):
    caption = caption_of(TEXT, heard_ms, speech_ms=10_000)
    assert caption.word == word
    assert caption.text == TEXT


def test_without_a_known_length_an_ordinary_pace_is_assumed():
    assert caption_of(TEXT, TEXT.index("morning") * MS_PER_CHARACTER).word == "morning"


def test_a_long_reply_is_shown_around_its_word():
    text = " ".join(f"word{number}" for number in range(200))
    caption = caption_of(text, 50_000, speech_ms=100_000)
    assert caption.word == "word106"
    assert caption.before.split()[-1] == "word105"
    assert caption.after.split()[0] == "word107"
    assert len(caption.text) < 140
    assert all(piece in text.split() for piece in caption.text.split())


def test_nothing_is_said_of_nothing():
    assert caption_of(" \n", 100) == SILENT


def test_only_the_reply_of_the_turn_is_followed():
    messages = (
        make_message(1, "old words", turn=1),
        make_message(2, "a question", Role.USER, turn=2),
        make_message(3, "new words", turn=2),
    )
    assert caption_of_turn(messages, 2, 0).word == "new"
    assert caption_of_turn(messages, 3, 0) == SILENT
