"""Snippets in pieces."""

import pytest

from desktop_app.ui.threads.snippet import Piece, is_right_to_left, pieces_of


def test_what_was_found_is_a_piece_of_its_own():
    found = pieces_of("a \x02tram\x03\n and\x02 b\x03")
    assert found == (Piece("a "), Piece("tram", True), Piece(" and"), Piece(" b", True))


def test_a_snippet_without_marks_is_one_piece():
    assert pieces_of("  two\n lines ") == (Piece("two lines"),)
    assert pieces_of("") == ()


@pytest.mark.parametrize(
    ("snippet", "seen"),
    [
        ("…Single ride | 3.10 € | one \x02tram\x03 |\n| Day", "…Single ride 3.10 € one tram Day"),
        ("| a | b |\n|---|--:|\n| c | d |", "a b c d"),
        ("## The **\x02tram\x03**, `line 28`", "The tram, line 28"),
        ("> said\n```py\nx || y", "said py x || y"),
        ("3 > 2, #1 and a-b", "3 > 2, #1 and a-b"),
    ],
)
def test_marks_of_markdown_are_left_out(snippet, seen):
    assert "".join(piece.text for piece in pieces_of(snippet)) == seen


@pytest.mark.parametrize(
    ("text", "is_right"), [("abc", False), ("12 שלום abc", True), ("رحلة", True), ("12", False)]
)
def test_the_first_letter_says_from_where_it_is_read(text, is_right):
    assert is_right_to_left(text) is is_right
