from __future__ import annotations

import pytest

from desktop_app.engine.turn_notes import TurnNotes, heard_chars
from desktop_app.engine.turn_times import TurnStopwatch
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.titles import title_of
from desktop_app.protocol.commands import TurnWishes

TEXT = "one two three four"


def test_what_was_heard_ends_with_a_whole_word():
    assert heard_chars(TEXT, 500, 1000, is_whole=True) == len("one two")


def test_all_that_was_heard_is_told_as_none():
    assert heard_chars(TEXT, 1000, 1000, is_whole=True) is None


def test_nothing_heard_is_no_character():
    assert heard_chars(TEXT, 0, 1000, is_whole=True) == 0
    assert heard_chars("", 0, 10, is_whole=True) == 0


def test_text_ahead_of_its_speech_counts_as_unheard():
    cut = heard_chars(TEXT * 20, 1000, 1000, is_whole=False)
    assert cut is not None
    assert cut < len(TEXT)


@pytest.mark.parametrize(
    ("question", "can_wait"),
    [
        ({"is_spoken": False}, True),
        ({"is_spoken": True, "wishes": TurnWishes(recording="note.wav")}, True),
        ({"is_spoken": True}, False),
        ({"is_spoken": False, "status": MessageStatus.SENT}, False),
    ],
    ids=["typed", "voice note", "spoken", "sent"],
)
def test_what_has_not_left_waits_for_the_next_engine_where_it_is_whole(question, can_wait):
    given = {"status": MessageStatus.QUEUED, **question}
    user = MessageRecord(id="m", thread_id="t", role=Role.USER, text="", created_at=1.0, **given)
    assert TurnNotes(1, TurnStopwatch(float), user=user).can_wait is can_wait
    assert not TurnNotes(1, TurnStopwatch(float)).can_wait


def test_a_title_is_the_first_words_on_one_line():
    assert title_of("  what\nis it ") == "What is it"
    assert title_of("über den Fluss") == "Über den Fluss"
    assert title_of("McArthur's 2nd try") == "McArthur's 2nd try"
    assert title_of("2 and 2") == "2 and 2"
    assert title_of("") == ""
    assert title_of("Hi Parley, hello! what is a tram?") == "What is a tram?"
    assert title_of("Hello") == "Hello"
    assert title_of("hello world in Rust") == "Hello world in Rust"
    assert title_of("## **Plan** the trip") == "**Plan** the trip"
    assert title_of("Is it far to Lisbon? I have a car.") == "Is it far to Lisbon?"
    assert len(title_of("x" * 200_000)) <= 49
    title = title_of("word " * 40)
    assert title.endswith("word…")
    assert len(title) <= 49
    assert title_of("x" * 80) == "X" + "x" * 47 + "…"
