"""Markdown in blocks: whole, in pieces, and never cut inside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.ui.chat import markdown_cutter
from desktop_app.ui.chat.growing_markdown import MarkdownText
from desktop_app.ui.chat.markdown_block import APART, Kind, MarkdownBlock
from desktop_app.ui.chat.markdown_cutter import cut_blocks
from desktop_app.ui.chat.plain_blocks import cut_plain

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
    for name, value in SMALL.items():
        monkeypatch.setattr(markdown_cutter, name, value)


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


def test_a_long_table_repeats_its_head(monkeypatch):
    monkeypatch.setattr(markdown_cutter, "TABLE_ROWS", 3)
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
    assert max(len(block.source) for block in blocks) <= 2 * markdown_cutter.PROSE_CHARACTERS


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


LINES = (
    *(
        "- a",
        "  - b",
        "1. c",
        "a | b",
        "---|---",
        "```",
        "   ```py",
        "$$",
        "| a |",
        "|---|",
        "",
        "---",
        "word word",
    ),
    *("a much longer line of words", "  - one more that is longer", "notonewordbutmanytogether"),
    *("      deeper", "| a long row | of a table |"),
)


@given(st.lists(st.sampled_from(LINES), max_size=24).map("\n".join), st.data())
@settings(max_examples=400)
def test_so_does_one_that_is_cut_in_small_pieces(text: str, data: st.DataObject):
    kept = {name: getattr(markdown_cutter, name) for name in SMALL}
    try:
        for name, value in SMALL.items():
            setattr(markdown_cutter, name, value)
        assert list(_grown(text, data).blocks) == cut_blocks(text)
    finally:
        for name, value in kept.items():
            setattr(markdown_cutter, name, value)


SMALL = {
    "CODE_LINES": 2,
    "CODE_CHARACTERS": 12,
    "CODE_LINE": 7,
    "LIST_ITEMS": 2,
    "TABLE_ROWS": 3,
    "TABLE_CELLS": 30,
    "PROSE_CHARACTERS": 6,
}


def _joined(blocks: list[MarkdownBlock]) -> str:
    return "".join(block.joint + block.source for block in blocks).removeprefix(APART)


@pytest.mark.parametrize("before", ["", "short\n"])
def test_a_line_of_code_without_end_is_cut_inside_and_put_together_again(before):
    code = before + "abcdefghij" * 5_000 + "\nx = 1"
    blocks = cut_blocks(f"```js\n{code}\n```\nAfter")
    assert _joined(blocks[:-1]) == code
    assert {block.kind for block in blocks[:-1]} == {Kind.CODE}
    assert max(len(block.source) for block in blocks) <= markdown_cutter.CODE_LINE + len(before)
    assert [block.source for block in blocks[-2:]] == ["x = 1", "After"]


def test_code_of_many_characters_is_cut_before_it_has_many_lines():
    code = "\n".join(["x" * 1000] * 100)
    blocks = cut_blocks(f"```\n{code}\n```")
    assert _joined(blocks) == code
    assert max(len(block.source) for block in blocks) <= markdown_cutter.CODE_CHARACTERS + 2000


@pytest.mark.parametrize("first", ["Short", "- short", "1. short", "| a |\n|---|\n| b |"])
def test_a_monstrous_line_below_a_short_one_is_cut_as_well(first):
    mark = {"-": "- ", "1": "1. ", "|": "| ", "S": ""}[first[0]]
    blocks = cut_blocks(f"{first}\n{mark}" + "word " * 20_000)
    assert blocks[0].source == first
    assert "".join(block.joint + block.source for block in blocks[1:]).count("word") == 20_000
    assert max(len(block.source) for block in blocks) <= 2 * markdown_cutter.PROSE_CHARACTERS


def test_the_second_item_keeps_its_number_where_it_is_monstrous():
    blocks = cut_blocks("1. short\n1. " + "word " * 20_000)
    assert blocks[1].source.startswith("2. word")


def test_words_are_put_together_again_with_the_space_that_stood_there():
    text = "word " * 5_000 + "x" * 20_000
    assert _joined(cut_blocks(text)) == text
    assert _joined(list(cut_plain(text))) == text


def test_a_line_end_as_typed_is_no_space():
    text = "line\n" * 5_000 + "y" * 20_000 + "\n\n" + "z" * 9_000
    assert _joined(list(cut_plain(text))) == text


def test_open_code_that_ends_with_a_line_has_no_empty_piece(small_pieces):
    assert sources("```\na\nb\n") == ["a\nb"]


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


def test_a_table_of_many_columns_is_cut_after_fewer_rows():
    table = "| a " * 12 + "|\n" + "|---" * 12 + "|\n" + ("| b " * 12 + "|\n") * 30
    rows = [block.source.count("\n") + 1 for block in cut_blocks(table)]
    assert max(rows) * 12 <= markdown_cutter.TABLE_CELLS + 12
    assert sum(rows) == 32 + 2 * (len(rows) - 1)


@pytest.mark.parametrize(("head", "row"), [("a | b\n---|---", "c | d"), ("|a|\n|:-:|", "|b|")])
def test_a_table_is_known_by_its_second_line(head, row):
    blocks = cut_blocks(head + ("\n" + row) * 200)
    assert len(blocks) > 3
    assert all(block.source.startswith(head) for block in blocks)
    assert [block.repeated for block in blocks] == [0, *[len(head) + 1] * (len(blocks) - 1)]
    assert sum(block.source.count(row) for block in blocks) == 200


def test_what_only_looks_like_a_table_is_prose():
    text = "One | two\n" + "more | words\n" * 20
    assert sources(text) == [text.strip()]


def test_a_table_of_long_cells_is_cut_after_few_of_them():
    row = f"| {'long ' * 200}| {'words ' * 100}|"
    blocks = cut_blocks("| a | b |\n|---|---|\n" + f"{row}\n" * 20)
    assert max(len(block.source) for block in blocks) < 2 * markdown_cutter.PROSE_CHARACTERS


@pytest.mark.parametrize("line", ["    - a nested item of words", "  more of the same item here"])
def test_an_item_without_end_is_cut_inside_of_itself(line):
    blocks = cut_blocks("- top\n" + f"{line}\n" * 600 + "- next")
    assert max(len(block.source) for block in blocks) < 2 * markdown_cutter.PROSE_CHARACTERS
    assert sum(block.source.count(line.strip()) for block in blocks) == 600
    assert {block.indent > 0 for block in blocks[1:-1]} == {True}
    assert (blocks[-1].source, blocks[-1].indent) == ("- next", 0)
