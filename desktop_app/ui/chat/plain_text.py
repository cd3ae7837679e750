"""A reply without the marks of Markdown, for programs that would show them."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument, QTextListFormat

from desktop_app.protocol.math_text import math_text
from desktop_app.ui.chat.markdown_block import Kind, MarkdownBlock
from desktop_app.ui.chat.markdown_cutter import cut_blocks
from desktop_app.ui.chat.math_spans import MATH_MARK, readable_math
from desktop_app.ui.chat.text_formats import MARKDOWN


def plain_text(markdown: str) -> str:
    """The words as they are read; code stays as it is, lists keep their marks."""
    parts: list[str] = []
    for block in cut_blocks(markdown):
        if parts:
            parts.append(block.joint)
        parts.append(_said(block))
    return "".join(parts)


def last_code(markdown: str) -> str:
    """The last block of code, whole; empty where there is none."""
    code = ""
    for block in cut_blocks(markdown):
        if block.kind is Kind.CODE:
            code = code + block.joint + block.source if block.is_joined else block.source
    return code


def _said(block: MarkdownBlock) -> str:
    if block.kind is Kind.PROSE:
        return _prose(block.source[block.repeated :])
    if block.kind is Kind.MATH:
        return math_text(block.source)
    return "---" if block.kind is Kind.RULE else block.source


def _prose(source: str) -> str:
    if source.lstrip().startswith("|"):
        return source  # a table is best read as it is written
    document = QTextDocument()
    document.setMarkdown(readable_math(source).source, MARKDOWN)
    lines = []
    block = document.begin()
    while block.isValid():
        listed = block.textList()
        if listed is not None:
            level = max(0, listed.format().indent() - 1)
            is_dotted = listed.format().style().value >= QTextListFormat.Style.ListSquare.value
            mark = "-" if is_dotted else listed.itemText(block).strip()
            lines.append(f"{'  ' * level}{mark} {block.text()}")
        else:
            lines.append(block.text())
        block = block.next()
    text = "\n".join(lines)
    return text.replace(MATH_MARK, "").replace("\ufffc", "").replace("\u2028", "\n")
