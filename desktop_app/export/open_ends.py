"""What a text of Markdown leaves open, and would go on through what comes after it."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*$")
_OF_HTML = (  # begins inside of a line that is no code, and goes on to its end over blank lines
    (re.compile(r" {0,3}<(script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), "</{}>"),
    (re.compile(r" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(r" {0,3}<![A-Za-z]"), ">"),
)


def closing_line(text: str) -> str:
    """The line that closes the code or HTML which never ends in the text; empty without any."""
    end, is_code = "", False
    for line in _LINE_END.split(text):
        if end and is_code:
            closed = _CLOSING.match(line)
            mark = end.strip()
            if closed and closed[1][0] == mark[0] and len(closed[1]) >= len(mark):
                end = ""
        elif end:
            end = "" if end in line.lower() else end
        elif fence := _FENCE.match(line):
            end, is_code = fence[1] + fence[2], True
        else:
            end, is_code = _end_of_html(line), False
    return end


def _end_of_html(line: str) -> str:
    """How the HTML ends that begins in a line and does not end there."""
    for begin, how in _OF_HTML:
        if found := begin.match(line):
            end = how.format(*(name.lower() for name in found.groups()))
            return "" if end in line[found.end() :].lower() else end
    return ""
