"""Code in a document, coloured line by line as it grows."""

from __future__ import annotations

from PySide6.QtGui import (
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)

from desktop_app.ui.chat.code_grammars import grammar_of
from desktop_app.ui.chat.code_ink import ink_line
from desktop_app.ui.chat.text_formats import use_line_height
from desktop_app.ui.look import Look


class CodeLines:
    """Keeps a document showing code; only what was added is inserted and coloured."""

    def __init__(self, document: QTextDocument, look: Look, language: str) -> None:
        self._document = document
        self._look = look
        self._grammar = grammar_of(language)
        self._shown = ""
        self._open: list[str] = []  # what each line but the last leaves open
        self._formats: dict[str, QTextCharFormat] = {}

    def show(self, code: str) -> None:
        """Show this code."""
        if self._shown and code.startswith(self._shown):
            cursor = QTextCursor(self._document)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(code[len(self._shown) :])
            first = len(self._open)
        else:
            self._document.setPlainText(code)
            use_line_height(self._document)
            self._open, first = [], 0
        self._shown = code
        if self._grammar is not None:
            self._colour_from(self._document.findBlockByNumber(first))

    def _colour_from(self, line: QTextBlock) -> None:
        assert self._grammar is not None
        start = line.position()
        inside = self._open[-1] if self._open else ""
        while line.isValid():
            inks, inside = ink_line(self._grammar, line.text(), inside)
            line.layout().setFormats([self._range(ink.start, ink.end, ink.name) for ink in inks])
            line = line.next()
            if line.isValid():
                self._open.append(inside)
        self._document.markContentsDirty(start, self._document.characterCount() - start)

    def _range(self, start: int, end: int, name: str) -> QTextLayout.FormatRange:
        coloured = QTextLayout.FormatRange()
        coloured.start, coloured.length = start, end - start
        coloured.format = self._format(name)
        return coloured

    def _format(self, name: str) -> QTextCharFormat:
        if name not in self._formats:
            made = QTextCharFormat()
            made.setForeground(self._look.colour(name))
            self._formats[name] = made
        return self._formats[name]
