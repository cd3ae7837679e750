"""The text of a reply, whichever way its server tells it."""

from __future__ import annotations

from desktop_app.protocol.reply_words import ReplyWords


def test_pieces_are_added_and_repeated_ones_only_once():
    words = ReplyWords()
    assert not words
    assert [words.add(piece) for piece in ("Hel", "lo", "", "Hello you")] == [
        "Hel",
        "lo",
        "",
        " you",
    ]
    assert words.text == "Hello you"
    assert words


def test_the_whole_counts_where_it_says_more():
    words = ReplyWords()
    words.add("Hel")
    assert not words.complete("He")
    assert words.complete("Hello")
    assert words.text == "Hello"


def test_a_round_does_not_replace_what_an_earlier_one_said():
    words = ReplyWords()
    words.add("One. ")
    words.begin_round()
    assert words.complete("Two.")
    assert words.text == "One. Two."
    words.begin_round()
    assert words.complete("One. Two. Three.")
    assert words.text == "One. Two. Three."


def test_links_are_taken_out_once():
    words = ReplyWords()
    words.add("See https://s/a?x=1 now")
    assert not words.unlink([])
    assert words.unlink(["https://s/a?x=2"])
    assert words.text == "See now"
    assert not words.unlink(["https://s/a"])
