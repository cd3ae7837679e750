"""A text that is shown as it was typed, in blocks that can be laid out one by one."""

from __future__ import annotations

from desktop_app.ui.chat.markdown_block import APART, NEXT_LINE, Kind, MarkdownBlock
from desktop_app.ui.chat.markdown_cutter import PROSE_CHARACTERS, piece_of


def cut_plain(text: str) -> tuple[MarkdownBlock, ...]:
    """Cut a text that is shown as it was typed, only where it is too long to lay out at once."""
    blocks: list[MarkdownBlock] = []
    start, joint = 0, APART
    while start < len(text):
        end = len(text)
        if end - start > 2 * PROSE_CHARACTERS:
            whole = text.rfind("\n", start + 1, start + PROSE_CHARACTERS) + 1
            end = whole or start + piece_of(text[start : start + PROSE_CHARACTERS])
        piece = text[start:end]
        following = NEXT_LINE if end < len(text) and piece.endswith("\n") else ""
        piece = piece.removesuffix(following)
        blocks.append(MarkdownBlock(start, piece, Kind.PLAIN, joint=joint))
        start, joint = end, following
    return tuple(blocks)
