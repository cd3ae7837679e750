"""PDFs are read page by page; bad ones are refused in words."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.readers import pdf as reader
from desktop_app.service.documents.sections import Remark
from tests.fakes.office_files import pdf


def test_each_page_is_a_section(reading):
    content = pdf(["The first page", "The second page"])
    assert reading.texts(".pdf", content) == [
        ("page 1", "The first page"),
        ("page 2", "The second page"),
    ]


def test_a_very_long_one_is_read_to_a_bound_and_says_so(reading, monkeypatch):
    monkeypatch.setattr(reader, "MAX_PAGES", 2)
    found = reading.all(".pdf", pdf(["one", "two", "three"]))
    assert [one.place for one in found[:-1]] == ["page 1", "page 2"]
    assert found[-1] == Remark(note="Only its first 2 pages are searched.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pdf(["secret"], is_locked=True), "The PDF is protected by a password."),
        (pdf(["page"])[:120], "The PDF is damaged or cut off."),
        (b"%PDF-1.7\n" + bytes(range(256)) * 4, "The PDF is damaged or cut off."),
        (b"garbage" * 100, "It is not a PDF file."),
    ],
    ids=["locked", "cut off", "noise", "garbage"],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(reading, content, sentence):
    assert reading.refusal(".pdf", content) == sentence
