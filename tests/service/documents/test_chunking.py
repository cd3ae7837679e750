"""Passages end where sentences do, overlap a little, and know where they stand."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.chunking import (
    OVERLAP_TOKENS,
    TOKENS,
    chunks,
    estimated_tokens,
)
from desktop_app.service.documents.sections import Section

SENTENCES = [f"Sentence number {n} tells about the things of the day." for n in range(200)]


def _texts(section: Section) -> list[str]:
    return [chunk.text for chunk in chunks(section)]


def test_a_short_section_is_one_passage():
    (chunk,) = chunks(Section("page 3", "  Hello there.\n"))
    assert (chunk.place, chunk.text) == ("page 3", "Hello there.")


@pytest.mark.parametrize("text", ["", "  \n\t\n "])
def test_a_section_without_words_has_no_passage(text):
    assert _texts(Section("", text)) == []


def test_passages_are_about_as_long_as_wanted_and_end_with_a_sentence():
    found = _texts(Section("", " ".join(SENTENCES)))
    sizes = [estimated_tokens(text) for text in found]
    assert all(TOKENS * 0.6 <= size <= TOKENS * 1.25 for size in sizes[:-1]), sizes
    assert all(text.endswith(".") for text in found)
    assert all(text.startswith("Sentence") for text in found)


def test_every_sentence_stands_whole_in_a_passage_and_few_in_two():
    found = _texts(Section("", " ".join(SENTENCES)))
    counts = [sum(sentence in text for text in found) for sentence in SENTENCES]
    assert set(counts) == {1, 2}
    assert counts.count(2) <= len(found) * OVERLAP_TOKENS * 4 // len(SENTENCES[0])


def test_a_paragraphs_end_is_preferred():
    paragraph = " ".join(SENTENCES[:16])
    found = _texts(Section("", f"{paragraph}\n\n{paragraph}"))
    assert found[0] == paragraph


@pytest.mark.parametrize("text", ["x" * 5_000, "word" + "-" * 9_000, "\u65e5\u672c" * 3_000])
def test_what_has_no_borders_is_cut_anyway_and_nothing_is_lost(text):
    found = _texts(Section("", text))
    assert "".join(found) == text
    assert max(map(estimated_tokens, found)) <= TOKENS * 1.25


def test_lines_are_numbered_in_the_place():
    lines = [f"value_{n} = compute({n}, '{'x' * 40}')" for n in range(100)]
    found = list(chunks(Section("", "\n".join(lines), unit="lines")))
    assert len(found) > 4
    for chunk in found:
        first, last = map(int, chunk.place.removeprefix("lines ").split("-"))
        assert chunk.text == "\n".join(lines[first - 1 : last])


def test_a_place_begins_where_the_words_do():
    (chunk,) = chunks(Section("sheet A", "\n\n\nTotal | 3", unit="rows", first=5))
    assert chunk.place == "sheet A, row 8"


def test_a_tables_heading_stands_over_each_passage():
    rows = ["Item | Price"] + [f"Item number {n} | {n}" for n in range(300)]
    section = Section("sheet A", "\n".join(rows), unit="rows", heading=rows[0])
    found = list(chunks(section))
    assert len(found) > 3
    assert all(chunk.text.startswith("Item | Price\nItem number") for chunk in found)
    assert found[0].place.startswith("sheet A, rows 1-")


def test_tokens_are_a_quarter_of_the_bytes():
    assert estimated_tokens("abcd" * 10) == 10
    assert estimated_tokens("") == 1
