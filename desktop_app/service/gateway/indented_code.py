"""Which lines of Markdown are code because of their indentation. Pure."""

from __future__ import annotations

import re

_CODE_FROM = 4  # columns
_IN_TEXT_FROM = 2  # what is indented less after a blank line is in no list any more
_LONGEST_INDENT = 32  # characters that are kept of one
_INDENT = re.compile(r"[ \t]*")
_INDENTED = re.compile(r"^ {0,3}(?: |\t)", re.MULTILINE)
_ITEM = re.compile(r"(?:[-*+•]|\d{1,9}[.)]|\[\^[^\]\s]{1,60}\]:)(?:[ \t]{1,4}|$)")
_NO_ITEM = re.compile(r"#{1,6}[ \t]|(?:[-*_][ \t]*){3,}$")  # a heading, a rule


class Margin:
    """Follows a growing text by the white space between its sentences.

    A line is code that is indented far enough after a blank line, and what goes on below it. In
    an item of a list that is further than the item's own text, which goes on indented.
    """

    def __init__(self) -> None:
        self._gap = "\n\n"  # since the last sentence: two lines at most, and the indentation
        self._code_from = _CODE_FROM
        self._was_code = False

    def skip(self, space: str) -> None:
        """White space that belongs to no sentence came."""
        gap = self._gap + space
        lines = min(gap.count("\n"), 2)
        indent = gap[gap.rfind("\n") + 1 :][-_LONGEST_INDENT:] if lines else ""
        self._gap = "\n" * lines + indent

    @property
    def is_code(self) -> bool:
        """Whether what comes now is a line of code."""
        is_after_blank = self._gap.startswith("\n\n")
        begins = is_after_blank or (self._was_code and self._gap.startswith("\n"))
        return begins and self._columns >= self._code_from

    def take(self, sentence: str) -> str:
        """The sentence that came, without white space but for the indentation of code."""
        body, is_code = sentence.strip(), self.is_code
        indent = self._gap.lstrip("\n")
        if self._gap.startswith("\n"):
            self._was_code = is_code
            if not is_code:
                self._begin_line(body)
        self._gap = ""
        self.skip(sentence[len(sentence.rstrip()) :])
        return indent + body if is_code else body

    def _begin_line(self, body: str) -> None:
        item, is_other = _ITEM.match(body), _NO_ITEM.match(body)
        if item and not is_other:
            self._code_from = self._columns + item.end() + _CODE_FROM
        elif self._columns < _IN_TEXT_FROM and (is_other or self._gap.startswith("\n\n")):
            self._code_from = _CODE_FROM

    @property
    def _columns(self) -> int:
        found = _INDENT.match(self._gap.lstrip("\n"))
        return len(found[0].expandtabs(_CODE_FROM)) if found else 0


def without_indented_code(text: str) -> str:
    """The text without its lines of code."""
    if not _INDENTED.search(text):
        return text
    margin, kept = Margin(), []
    for line in text.splitlines(keepends=True):
        body = line.lstrip()
        margin.skip(line[: len(line) - len(body)])
        is_code = bool(body) and margin.is_code
        if body:
            margin.take(body)
        kept.append("\n" if is_code else line)
    return "".join(kept)
