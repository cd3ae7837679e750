"""Word documents are read by chapter, with tables and notes; bad ones are refused in words."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.readers import archive as archives
from tests.fakes.office_files import archive, docx
from tests.fakes.old_office_files import compound_file, doc

PLAIN = docx([("", "Hello & goodbye")])


def test_chapters_begin_at_headings_of_any_language(reading):
    content = docx([("", "Before"), ("berschrift1", "Costs"), ("", "Tea is 3."), ("", "Really.")])
    assert reading.texts(".docx", content) == [
        ("", "Before"),
        ('section "Costs"', "Costs\n\nTea is 3.\n\nReally."),
    ]


def test_a_row_of_a_table_is_a_line(reading):
    content = docx([("", "Prices")], table=[["Tea", "3"], ["Coffee", "4"]])
    assert reading.texts(".docx", content) == [("", "Prices\n\nTea | 3\nCoffee | 4")]


def _body(content: str) -> bytes:
    return archive({"word/document.xml": f'<w:d xmlns:w="w" xmlns:m="m">{content}</w:d>'})


def test_a_text_box_belongs_to_its_paragraph_and_is_read_once(reading):
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    twice = f"<m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback>"
    text = "<w:r><w:t>{}</w:t></w:r>"
    content = _body(f"<w:p>{text.format('Before ')}{twice}{text.format('after')}</w:p>")
    assert reading.texts(".docx", content) == [("", "Before in a box\n after")]


def test_tabs_are_read_where_they_stand_and_not_where_they_are_set(reading):
    settings = "<w:pPr><w:tabs><w:tab/><w:tab/></w:tabs></w:pPr>"
    content = _body(f"<w:p>{settings}<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>")
    assert reading.texts(".docx", content) == [("", "a\tb")]


def test_a_table_within_a_cell_stays_in_its_row(reading):
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p>{}</w:tc>"
    inner = f"<w:tbl><w:tr>{cell.format('x', '')}{cell.format('y', '')}</w:tr></w:tbl>"
    row = f"<w:tr>{cell.format('a', inner)}{cell.format('b', '')}</w:tr>"
    assert reading.texts(".docx", _body(f"<w:tbl>{row}</w:tbl>")) == [("", "a x | y | b")]


def test_footnotes_are_read_and_named(reading):
    content = docx([("", "Text")], footnote="See page 3")
    assert reading.texts(".docx", content)[1] == ("footnotes", "See page 3")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"garbage", "It is not a Word document."),
        (PLAIN[:300], "The file is damaged or cut off."),
        (archive({"other.txt": "x"}), "It is not a Word document."),
        (compound_file({"EncryptedPackage": b"x"}), "The file is protected by a password."),
        (
            doc("old"),
            "It is not a Word document but one of an older format: give it its right ending.",
        ),
        (
            archive({"word/document.xml": "<w:document"}),
            "The file is damaged: a part of it is not valid XML.",
        ),
        (
            archive(
                {
                    "word/document.xml": '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
                    "<d>&b;</d>"
                }
            ),
            "It defines entities, which is not safe to read.",
        ),
    ],
    ids=["garbage", "cut off", "no document", "locked", "old", "bad xml", "entities"],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(reading, content, sentence):
    assert reading.refusal(".docx", content) == sentence


def test_an_archive_that_would_fill_the_memory_is_not_opened(reading):
    bomb = docx([("", "x")], more={"word/bomb.xml": bytes(archives.MAX_INFLATED_BYTES)})
    assert len(bomb) < 1 << 20
    assert reading.refusal(".docx", bomb) == (
        "It would take 200 MiB when unpacked and is not opened; 200 MiB are allowed."
    )


def test_an_archive_of_too_many_parts_is_not_opened(reading, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert reading.refusal(".docx", PLAIN) == "It has more than 3 parts and is not opened."


def test_an_old_document_is_read_in_both_its_encodings(reading):
    text = "Caf\u00e9 \u201cquoted\u201d\rSecond paragraph, Stra\u00dfe and more."
    assert reading.texts(".doc", doc(text)) == [("", text.replace("\r", "\n"))]


def test_of_a_field_only_the_result_is_read(reading):
    text = "Page \x13 PAGE \x147\x15 of \x13 NUMPAGES \x13 x \x14y\x15 \x149\x15, tick\x07"
    assert reading.texts(".doc", doc(text)) == [("", "Page 7 of 9, tick |")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{\\rtf1 hello}", "It is not a Word document."),
        (doc("text")[:700], "The file is damaged or cut off."),
        (doc("text", is_locked=True), "The document is protected by a password."),
        (
            doc("text", version=0x65),
            "It was written by Word 95 or older: save it as docx, then add that.",
        ),
        (compound_file({"Other": b"x"}), "It is not a Word document."),
    ],
    ids=["rtf", "cut off", "locked", "too old", "another"],
)
def test_an_old_document_that_cannot_be_read_is_refused_in_a_sentence(reading, content, sentence):
    assert reading.refusal(".doc", content) == sentence
