"""One block of text: what has grown is what would have come at once."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAbstractTextDocumentLayout

from desktop_app.ui.chat.text_block import TextBlock

TABLE = "| a | b |\n|---|--:|\n" + "| one `1` | 2 |\n" * 12


@pytest.mark.parametrize(
    "source",
    [
        "Some *words* with `code` and a [link](https://example.org), and so on.",
        "- one `thing`\n- another\n  - and what belongs to it",
        "> quoted\n> words",
        TABLE,
    ],
)
def test_a_block_that_has_grown_looks_as_if_it_had_come_at_once(look, source):
    whole, grown = TextBlock(look), TextBlock(look)
    whole.show_markdown(source, 400)
    for end in range(len(source) // 2, len(source) + 1, 7):
        grown.show_markdown(source[:end], 400)
    grown.show_markdown(source, 400)
    assert grown.document.toHtml() == whole.document.toHtml()
    assert (grown.height, grown.overflow) == (whole.height, whole.overflow)


def test_a_table_that_grows_is_laid_out_once_for_each_growth(look):
    laid_out = []

    class Layout(QAbstractTextDocumentLayout):
        def documentChanged(self, start, removed, added):  # noqa: N802
            laid_out.append((start, removed, added))

    block = TextBlock(look)
    block.show_markdown(TABLE, 400)
    block.document.setDocumentLayout(Layout(block.document))
    laid_out.clear()
    block.show_markdown(TABLE + "| one more | 3 |\n", 400)
    assert len(laid_out) <= 1


def test_what_is_dimmed_is_dimmed_again_when_the_block_has_grown(look):
    block = TextBlock(look)
    block.show_markdown("heard and unheard", 400)
    block.dim_after(6)
    block.show_markdown("heard and unheard words", 400)
    assert look.colour("dim").name() not in block.document.toHtml()
    block.dim_after(6)
    assert look.colour("dim").name() in block.document.toHtml()
