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
