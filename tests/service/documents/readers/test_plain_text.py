"""Texts are read in whatever encoding they are written; what is no text is refused."""

from __future__ import annotations

import codecs

import pytest

from desktop_app.service.documents.readers import plain_text
from desktop_app.service.documents.sections import Remark, Section

TEXT = "Grüße aus Köln, schöne Straßen und Bäume überall. " * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_its_encoding(reading, encoding):
    assert reading.texts(".txt", TEXT.encode(encoding)) == [("", TEXT.strip())]


def test_a_text_of_another_script_is_read(reading):
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5
    assert reading.texts(".txt", text.encode("cp1251")) == [("", text.strip())]


@pytest.mark.parametrize(
    "text", ["Gr\u00fc\u00dfe", "A na\u00efve caf\u00e9", "5 \u20ac \u2013 \u201cdear\u201d"]
)
def test_a_few_accents_are_of_the_most_usual_encoding(reading, text):
    assert reading.texts(".txt", text.encode("cp1252")) == [("", text)]


@pytest.mark.parametrize("ending", [".py", ".json", ".jsonl", ".sql", ".txt"])
def test_lines_are_numbered_and_end_alike(reading, ending):
    assert reading.all(ending, b"a\r\nb\rc\n") == [Section("", "a\nb\nc\n", unit="lines")]


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 40, b"\x7fELF" + bytes(500), b"MZ\x90\x00" * 200],
    ids=["noise", "program", "zeros"],
)
def test_what_is_no_text_is_refused(reading, content):
    assert reading.refusal(".txt", content) == "It is not a text: no encoding fits."


def test_of_a_huge_text_the_beginning_is_read_and_that_is_said(reading, monkeypatch):
    monkeypatch.setattr(plain_text, "MAX_BYTES", 1 << 20)
    content = "ä".encode() * (1 << 20)
    found = reading.all(".txt", b"x" + content)
    assert found[0].text == "x" + "ä" * ((1 << 19) - 1)
    assert found[1] == Remark(note="Only its first 1 MiB are searched.")


def test_a_byte_order_mark_is_no_text(reading):
    assert reading.texts(".md", codecs.BOM_UTF8 + b"Hello") == [("", "Hello")]
