"""What is typed becomes quoted words, and wishes."""

from datetime import date, datetime

import pytest

from desktop_app.journal.records import Role
from desktop_app.journal.search_query import SearchWish, read_wish, search_query

TODAY = date(2026, 5, 20)


def at(day: int, month: int = 5) -> float:
    return datetime(2026, month, day).timestamp()


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("days", '"days"*'),
        ("  two  words ", '"two" "words"*'),
        ('he said "hi" OR', '"he" "said" "hi" "OR"*'),
        ("größe_2", '"größe" "2"*'),
        (" *-^ ", ""),
        ("", ""),
    ],
)
def test_words_are_quoted_and_the_last_is_a_beginning(typed, query):
    assert search_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("tram line", SearchWish("tram line")),
        ("tram is:spoken line", SearchWish("tram line", is_spoken=True)),
        ("has:picture from:me", SearchWish(has_pictures=True, role=Role.USER)),
        ("boat has:Video", SearchWish("boat", has_videos=True)),
        ("from:Parley", SearchWish(role=Role.ASSISTANT)),
        ("after:2026-05-01 before:today", SearchWish(after=at(1), before=at(20))),
        ("after:7d", SearchWish(after=at(13))),
        ("after:yesterday x", SearchWish("x", after=at(19))),
        ("after:never is:loud http://x from:", SearchWish("after:never is:loud http://x from:")),
        ("after:2026-13-40", SearchWish("after:2026-13-40")),
        ("before:9999d", SearchWish(before=datetime(1999, 1, 3).timestamp())),
    ],
)
def test_wishes_are_taken_out_of_the_words(typed, wish):
    assert read_wish(typed, TODAY) == wish


def test_nothing_is_wished_for_without_words():
    assert read_wish("  ").is_empty
    assert not read_wish("is:spoken").is_empty
