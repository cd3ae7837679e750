"""Where an interrupted reply is cut, seen in its rendered text."""

from __future__ import annotations

from desktop_app.ui.chat.heard_cut import rendered_cut


def test_marks_of_markdown_do_not_count():
    source, rendered = "A **bold** word", "A bold word"
    assert rendered[: rendered_cut(source, rendered, 10)] == "A bold"


def test_the_cut_waits_for_the_end_of_the_word():
    text = "a day pass pays"
    assert text[: rendered_cut(text, text, 8)] == "a day pass"


def test_everything_heard_is_everything():
    assert rendered_cut("abc", "abc", 99) == 3
    assert rendered_cut("abc", "abc", 0) == 0
    assert rendered_cut("abc", "ab", 3) == 2


def test_a_compact_table_is_cut_in_the_cell_that_was_heard():
    source, rendered = "|one|two|\n|-|-|\n|three|four|", "\none\ntwo\nthree\nfour"
    heard = source.index("four") - 1
    assert rendered[: rendered_cut(source, rendered, heard)].strip() == "one\ntwo\nthree"
