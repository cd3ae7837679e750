"""What is typed becomes quoted words."""

import pytest

from desktop_app.journal.search_query import search_query


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
