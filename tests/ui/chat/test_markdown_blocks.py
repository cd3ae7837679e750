"""Markdown in blocks: whole, in pieces, and never cut inside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.ui.chat import markdown_blocks
from desktop_app.ui.chat.markdown_blocks import Kind, MarkdownBlock, MarkdownText, cut_blocks

TEXT = """# Title

One
two

```py
a = 1

b = 2
```
- first

  more of it
- second

After
"""


def sources(text: str) -> list[str]:
    return [block.source for block in cut_blocks(text)]


def kinds(text: str) -> list[Kind]:
    return [block.kind for block in cut_blocks(text)]


@pytest.fixture
def small_pieces(monkeypatch):
    """Blocks are cut so early that a short text is cut everywhere."""
    monkeypatch.setattr(markdown_blocks, "CODE_LINES", 2)
    monkeypatch.setattr(markdown_blocks, "LIST_ITEMS", 2)
    monkeypatch.setattr(markdown_blocks, "TABLE_ROWS", 3)
    monkeypatch.setattr(markdown_blocks, "PROSE_CHARACTERS", 6)


def test_blank_lines_divide_but_not_inside_code_and_lists():
    assert sources(TEXT) == [
        "# Title",
        "One\ntwo",
        "a = 1\n\nb = 2",
        "- first\n\n  more of it\n- second",
        "After",
    ]


def test_code_knows_its_language_and_its_place():
    block = cut_blocks(TEXT)[2]
    assert block == MarkdownBlock(TEXT.index("```py"), "a = 1\n\nb = 2", Kind.CODE, "py")


def test_an_open_fence_is_shown_as_code():
    assert cut_blocks("```\nx = 1") == [MarkdownBlock(0, "x = 1", Kind.CODE)]


def test_code_inside_an_item_is_a_block_of_its_own_and_the_list_goes_on_counting():
    blocks = cut_blocks("1. one\n   ```js\n   x\n     y\n   ```\n   after\n1. two")
    assert [(block.kind, block.source, block.indent) for block in blocks] == [
        (Kind.PROSE, "1. one", 0),
        (Kind.CODE, "x\n  y", 1),
        (Kind.PROSE, "after", 1),
        (Kind.PROSE, "2. two", 0),
    ]


def test_a_list_right_below_a_paragraph_is_joined_to_it():
    blocks = cut_blocks("Here:\n- a\n- b")
    assert [(block.source, block.is_joined) for block in blocks] == [
        ("Here:", False),
        ("- a\n- b", True),
    ]
    assert sources("It is\n1984. A year") == ["It is\n1984. A year"]


def test_displayed_mathematics_is_known_by_all_its_marks():
    text = "$$a$$\n\n$$\nb\nc\n$$\n\n\\[ d \\]\n\\[\ne\n\\]"
    assert [(block.kind, block.source) for block in cut_blocks(text)] == [
        (Kind.MATH, "a"),
        (Kind.MATH, "b c"),
        (Kind.MATH, "d"),
        (Kind.MATH, "e"),
    ]


def test_mathematics_that_nobody_closed_is_text():
    assert kinds("$$\nmoney") == [Kind.PROSE]


def test_a_rule_is_not_the_line_under_a_heading():
    assert kinds("Title\n---\n\n---\n\n* * *\n- a\n***") == [
        Kind.PROSE, Kind.RULE, Kind.RULE, Kind.PROSE, Kind.RULE,
    ]  # fmt: skip


def test_long_code_is_cut_in_pieces_that_belong_together(small_pieces):
    blocks = cut_blocks("```py\na\nb\nc\n```")
    assert [(block.source, block.is_joined) for block in blocks] == [("a\nb", False), ("c", True)]
    assert {block.language for block in blocks} == {"py"}


def test_a_long_list_is_cut_and_goes_on_counting(small_pieces):
    assert sources("1. a\n1. b\n1. c") == ["1. a\n1. b", "3. c"]


def test_a_long_table_repeats_its_head(small_pieces):
    rows = "\n".join("| 1 |" for _ in range(4))
    assert sources(f"| a |\n|---|\n{rows}") == [
        "| a |\n|---|\n| 1 |\n| 1 |",
        "| a |\n|---|\n| 1 |\n| 1 |",
    ]


def test_a_monstrous_line_is_cut_between_words():
    text = "word " * 50_000
    blocks = cut_blocks(text)
    assert len(blocks) > 40
    assert "".join(block.source + " " for block in blocks).split() == text.split()
    assert max(len(block.source) for block in blocks) <= 2 * markdown_blocks.PROSE_CHARACTERS


def _grown(text: str, data: st.DataObject) -> MarkdownText:
    growing = MarkdownText()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    for cut in [*cuts, len(text)]:
        growing.show(text[:cut])
    return growing


@given(st.text(alphabet="a #-`*\n1.|$\\[]", max_size=120), st.data())
@settings(max_examples=400)
def test_a_text_that_grows_ends_as_the_whole_text_does(text: str, data: st.DataObject):
    assert list(_grown(text, data).blocks) == cut_blocks(text)


LINES = ("- a", "  - b", "1. c", "```", "   ```py", "$$", "| a |", "|---|", "", "---", "word word")


@given(st.lists(st.sampled_from(LINES), max_size=24).map("\n".join), st.data())
@settings(max_examples=400)
def test_so_does_one_that_is_cut_in_small_pieces(text: str, data: st.DataObject):
    kept = {name: getattr(markdown_blocks, name) for name in SMALL}
    try:
        for name, value in SMALL.items():
            setattr(markdown_blocks, name, value)
        assert list(_grown(text, data).blocks) == cut_blocks(text)
    finally:
        for name, value in kept.items():
            setattr(markdown_blocks, name, value)


SMALL = {"CODE_LINES": 2, "LIST_ITEMS": 2, "TABLE_ROWS": 3, "PROSE_CHARACTERS": 6}


def test_finished_blocks_are_not_cut_again():
    growing = MarkdownText()
    growing.show("One\n\nTwo\n\nThr")
    before = [*growing.blocks]
    assert growing.show("One\n\nTwo\n\nThree") == 2
    assert growing.blocks[0] is before[0]
    assert growing.blocks[1] == before[1]


def test_a_replaced_text_is_cut_from_the_start():
    growing = MarkdownText()
    growing.show("One\n\nTwo")
    assert growing.show("Other") == 0
    assert [block.source for block in growing.blocks] == ["Other"]
