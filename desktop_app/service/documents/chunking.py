"""Cuts sections into passages of about 240 tokens that overlap a little."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.service.documents.sections import Section

TOKENS = 240
OVERLAP_TOKENS = 40
BYTES_PER_TOKEN = 4

_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r"[.!?…][\"')\]]*\s|[。！？]")  # noqa: RUF001  (of other scripts)
_LINE = re.compile(r"\n")
_WORD = re.compile(r"\s")
_PROSE = (_PARAGRAPH, _SENTENCE, _LINE, _WORD)
_LINES = (_PARAGRAPH, _LINE, _WORD)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage, and where it stands."""

    place: str
    text: str


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: a quarter of its bytes, at least one."""
    return max(1, len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def chunks(section: Section) -> Iterator[Chunk]:
    """The passages of a section, in order; none where it has no words.

    A passage ends where a paragraph does, else a sentence, a line, a word. The next begins up to
    40 tokens before that, so that what a border cuts stands whole in one of them.
    """
    text = section.text
    size, overlap = _sizes(section)
    borders = _LINES if section.unit else _PROSE
    start, line, counted = 0, section.first, 0
    while start < len(text):
        end = _end(text, start, size, borders)
        piece = text[start:end]
        line += text.count("\n", counted, start)
        counted = start
        if piece.strip():
            yield Chunk(_place(section, line, piece), _with_heading(section, piece.strip()))
        if end >= len(text):
            return
        start = _next_start(text, start, end, overlap, borders)


def _sizes(section: Section) -> tuple[int, int]:
    """Characters of a passage and of an overlap: fewer where each takes more bytes."""
    sample = section.text[:4096]
    width = len(sample.encode(errors="replace")) / len(sample) if sample else 1.0
    own = max(TOKENS // 4, TOKENS - len(section.heading) // BYTES_PER_TOKEN)
    return int(own * BYTES_PER_TOKEN / width), int(OVERLAP_TOKENS * BYTES_PER_TOKEN / width)


def _end(text: str, start: int, size: int, borders: tuple[re.Pattern[str], ...]) -> int:
    """The best border between 60 % and 125 % of the size."""
    if len(text) - start <= size * 5 // 4:
        return len(text)
    least, most = start + size * 3 // 5, start + size * 5 // 4
    for border in borders:
        ends = [match.end() for match in border.finditer(text, least, most)]
        if ends:
            return min(ends, key=lambda end: abs(end - start - size))
    return start + size


def _next_start(
    text: str, start: int, end: int, overlap: int, borders: tuple[re.Pattern[str], ...]
) -> int:
    earliest = max(start + 1, end - overlap)
    for border in borders:
        for match in border.finditer(text, earliest, end):
            if match.end() < end:
                return match.end()
    return end


def _place(section: Section, line: int, piece: str) -> str:
    if not section.unit:
        return section.place
    first = line + _newlines(piece[: len(piece) - len(piece.lstrip())])
    last = first + _newlines(piece.strip())
    unit = f"{section.unit} {first}-{last}" if last > first else f"{section.unit[:-1]} {first}"
    return f"{section.place}, {unit}" if section.place else unit


def _newlines(text: str) -> int:
    return text.count("\n")


def _with_heading(section: Section, piece: str) -> str:
    if not section.heading or piece.startswith(section.heading):
        return piece
    return f"{section.heading}\n{piece}"
