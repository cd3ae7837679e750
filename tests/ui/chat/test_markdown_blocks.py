"""Markdown in blocks: whole, in pieces, and never cut inside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.chat.markdown_blocks import MarkdownBlock, MarkdownText, cut_blocks

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
    assert block == MarkdownBlock(TEXT.index("```py"), "a = 1\n\nb = 2", True, "py")


def test_an_open_fence_is_shown_as_code():
    assert cut_blocks("```\nx = 1") == [MarkdownBlock(0, "x = 1", True)]


@given(st.text(alphabet="a #-`*\n1.", max_size=120), st.data())
def test_a_text_that_grows_ends_as_the_whole_text_does(text: str, data: st.DataObject):
    growing = MarkdownText()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    for cut in [*cuts, len(text)]:
        growing.show(text[:cut])
    assert list(growing.blocks) == cut_blocks(text)


def test_finished_blocks_are_not_cut_again():
    growing = MarkdownText()
    growing.show("One\n\nTwo\n\nThr")
    before = growing.blocks
    assert growing.show("One\n\nTwo\n\nThree") == 2
    assert all(old is new for old, new in zip(before[:2], growing.blocks, strict=False))


def test_a_replaced_text_is_cut_from_the_start():
    growing = MarkdownText()
    growing.show("One\n\nTwo")
    assert growing.show("Other") == 0
    assert [block.source for block in growing.blocks] == ["Other"]
