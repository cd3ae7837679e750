"""Workbooks and separated values become rows under their headings."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.readers import archive as archives
from desktop_app.service.documents.sections import Remark, Section
from tests.fakes.office_files import xlsx
from tests.fakes.old_office_files import compound_file, xls

COSTS = [["Item", "Price"], ["Tea", 3.0], ["Coffee", 4.5]]
ROWS = "Item | Price\nTea | 3\nCoffee | 4.5"


def test_a_sheet_is_a_section_with_its_first_row_as_heading(reading):
    found = reading.all(".xlsx", xlsx({"Costs": COSTS, "Notes": [["Hello"]]}))
    assert found == [
        Remark("Workbook with 2 sheets: Costs, Notes."),
        Section("sheet Costs", ROWS, unit="rows", heading="Item | Price"),
        Section("sheet Notes", "Hello", unit="rows", heading="Hello"),
    ]


def test_rows_keep_the_numbers_that_a_person_sees(reading):
    (_, section) = reading.all(".xlsx", xlsx({"A": [[], [], ["x"]]}))
    assert section == Section("sheet A", "\n\nx", unit="rows", heading="x")


def test_an_old_workbook_reads_the_same(reading):
    found = reading.all(".xls", xls("Costs", COSTS))
    assert found[1:] == [Section("sheet Costs", ROWS, unit="rows", heading="Item | Price")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_values_are_separated_by_any_usual_mark(reading, mark):
    lines = [f"Item{mark}Price", f'"Black tea"{mark}3', f"Coffee{mark}4", ""]
    (found,) = reading.all(".csv", "\r\n".join(lines).encode())
    text = "Item | Price\nBlack tea | 3\nCoffee | 4"
    assert found == Section("", text, unit="rows", heading="Item | Price")


def test_values_without_any_mark_are_lines(reading):
    assert reading.texts(".csv", b"hello\nworld\n") == [("", "hello\nworld")]


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
@pytest.mark.parametrize("content", [b"garbage" * 9, xlsx({"A": COSTS})[:200]])
def test_what_is_no_workbook_is_refused_in_a_sentence(reading, ending, content):
    assert "damaged" in reading.refusal(ending, content) or "not an" in reading.refusal(
        ending, content
    )


def test_a_locked_workbook_says_so(reading):
    content = compound_file({"EncryptedPackage": b"x"})
    assert reading.refusal(".xlsx", content) == "The file is protected by a password."


def test_a_workbook_that_would_fill_the_memory_is_not_opened(reading, monkeypatch):
    monkeypatch.setattr(archives, "MAX_INFLATED_BYTES", 1 << 10)
    rows = [["same words again"]] * 5_000
    assert "is not opened" in reading.refusal(".xlsx", xlsx({"A": rows}))
