"""Blocks below each other, while the list that they come in changes at its end."""

from __future__ import annotations

import pytest

from desktop_app.ui.chat.block_column import BlockColumn
from desktop_app.ui.chat.growing_markdown import MarkdownText
from desktop_app.ui.look import Look

LONG = "One\n\n- a\n- b\n\n```py\nx = 1\n```\n\nTwo **bold** words\n\n| a |\n|---|\n| 1 |"


@pytest.fixture
def column(qapp):
    return BlockColumn(Look(theme="light", is_calm=True), 400)


def _shown(column: BlockColumn, text: MarkdownText, words: str) -> tuple[int, int]:
    column.show(text.blocks, text.show(words))
    column.measure(0, 10_000)
    return len(column), column.height


def test_a_list_that_is_changed_at_its_end_is_shown_as_one_that_is_new(column, qapp):
    text = MarkdownText()
    for words in (LONG[:40], LONG, "One\n\nOther", LONG[:60], "", LONG):
        fresh = BlockColumn(Look(theme="light", is_calm=True), 400)
        assert _shown(column, text, words) == _shown(fresh, MarkdownText(), words)


def test_a_long_list_is_not_copied_when_it_grows(column):
    text = MarkdownText()
    _shown(column, text, LONG)
    blocks = text.blocks
    _shown(column, text, f"{LONG}\n\nMore")
    assert column.cut is text.blocks is blocks


@pytest.mark.parametrize("piece", ["word " * 1000 + "\n", "| a |\n|---|\n" + "| b |\n" * 60])
def test_what_is_finished_stays_laid_out_while_the_piece_after_it_grows(column, piece):
    text = MarkdownText()
    _shown(column, text, piece + "x")
    before = column.block(0), column.block(0).document
    _shown(column, text, piece + "x and more")
    assert len(column) > 1
    assert (column.block(0), column.block(0).document) == before


def test_code_that_goes_on_in_another_piece_loses_its_lower_edge(column):
    text = MarkdownText()
    line = "x" * 1999 + "\n"
    _shown(column, text, "```\n" + line * 5)
    assert column.block(0).frame.is_last
    _shown(column, text, "```\n" + line * 6)
    assert [column.block(number).frame.is_last for number in range(len(column))] == [False, True]


def test_code_cut_inside_a_line_is_copied_whole_and_coloured_nowhere_in_it(column):
    text = MarkdownText()
    code = "if 'a' == 1:  # " * 500
    _shown(column, text, f"```py\nif 1: pass\n{code}\nif 2: pass\n```")
    assert column.code_of(2) == f"if 1: pass\n{code}\nif 2: pass"
    inked = [bool(_first_line(column, number)) for number in range(len(column))]
    assert inked == [True, *[False] * (len(column) - 2), True]


def _first_line(column: BlockColumn, number: int) -> list:
    return column.block(number).document.begin().layout().formats()


TABLE = "| a | b |\n|---|---|\n" + "\n".join(f"| row {n} | words |" for n in range(200))


def test_a_table_that_was_cut_is_dimmed_after_the_row_that_was_heard(qapp):
    text, column = MarkdownText(), BlockColumn(Look(theme="light", is_calm=True), 400)
    heard = TABLE.index("| row 151")
    text.show(TABLE)
    column.show(text.blocks, 0, heard=heard)
    column.measure(0, 100_000)
    number, place = column._mark
    assert number > 0
    shown = column.block(number).document.toPlainText()
    assert shown[:place].split()[-3:] == ["row", "150", "words"]
    assert column.block(number - 1)._cut is None


def test_of_a_repeated_head_nothing_is_selected(column):
    _shown(column, MarkdownText(), TABLE)
    chosen = column.chosen(1, (0, 0), (2, 0))
    assert column.block(1).document.toPlainText()[chosen[0] :].split()[0] == "row"
    assert column.chosen(1, (1, 0), (2, 0))[0] == 0


@pytest.mark.parametrize("lines", [119, 120, 121])
def test_code_has_a_lower_edge_where_it_ends_whatever_came_before(qapp, lines):
    code = "```py\n" + "x = 1\n" * lines
    text, column = MarkdownText(), BlockColumn(Look(theme="light", is_calm=True), 400)
    for words in (code, f"{code}``", f"{code}```\n\nAfter"):
        _shown(column, text, words)
    fresh = BlockColumn(Look(theme="light", is_calm=True), 400)
    assert _shown(column, text, f"{code}```\n\nAfter") == _shown(
        fresh, MarkdownText(), f"{code}```\n\nAfter"
    )
