"""Replies without the marks of Markdown."""

from __future__ import annotations

from desktop_app.ui.chat.plain_text import plain_text


def test_words_stay_and_marks_go(qapp):
    assert plain_text("# Title\n\n**Bold** and `code`, a [link](https://a.b)") == (
        "Title\n\nBold and code, a link"
    )


def test_lists_keep_their_marks_and_levels(qapp):
    assert plain_text("- one\n  - two\n\n1. three\n2. four") == (
        "- one\n  - two\n\n1. three\n2. four"
    )


def test_code_tables_and_mathematics_can_be_read(qapp):
    text = "```py\nx = 1\n```\n\n| a |\n|---|\n| 1 |\n\n$$\n\\alpha^2\n$$\n\nso \\(x_1\\) is"
    assert plain_text(text) == "x = 1\n\n| a |\n|---|\n| 1 |\n\nα²\n\nso x₁ is"  # noqa: RUF001


def test_a_table_that_is_shown_in_pieces_is_copied_as_it_was_written():
    table = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | x |" for n in range(300))
    assert plain_text(table) == table
