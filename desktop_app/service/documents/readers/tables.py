"""Workbooks (xlsx, xls) and separated values (csv): rows under their headings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from desktop_app.prose import mark
from desktop_app.service.documents.readers.archive import check_archive
from desktop_app.service.documents.readers.plain_text import read_text, remarks_of
from desktop_app.service.documents.sections import Found, Remark, Section, UnreadableError

_MOST_HEADING_CHARACTERS = 300
_DAMAGED = mark("The workbook is damaged, cut off, or no workbook.")
_DELIMITERS = ",;\t|"
_SNIFFED_CHARACTERS = 16_384

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_xlsx(path: Path) -> Iterator[Found]:
    """The sheets of a workbook of today."""
    check_archive(path, "an Excel workbook")
    yield from read_xls(path)


def read_xls(path: Path) -> Iterator[Found]:
    """The sheets of a workbook of either format."""
    with path.open("rb") as file:
        try:
            workbook = CalamineWorkbook.from_filelike(file)
            names = workbook.sheet_names
            yield Remark(_names(names))
            for name in names:
                sheet = workbook.get_sheet_by_name(name)
                yield _section(f"sheet {name}", _rows(sheet))
        except PasswordError as error:
            raise UnreadableError(mark("The workbook is protected by a password.")) from error
        except CalamineError as error:
            raise UnreadableError(_DAMAGED) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            # of the library's other language, and no Exception; of damaged old workbooks
            raise UnreadableError(_DAMAGED) from None


def read_csv(path: Path) -> Iterator[Found]:
    """One table, whatever separates its values."""
    text = read_text(path)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_SNIFFED_CHARACTERS], _DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [_line(row) for row in csv.reader(text.splitlines(), dialect)]
    except csv.Error:  # a NUL, or a field without end
        yield Section("", text, unit="rows")
    else:
        yield _section("", rows)
    yield from remarks_of(path)


def _names(names: list[str]) -> str:
    """What a workbook has, in words; the first ten sheets."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    kind = "sheet" if len(names) == 1 else "sheets"
    return f"Workbook with {len(names)} {kind}: {', '.join(names[:10])}{more}."


def _rows(sheet: CalamineSheet) -> list[str]:
    """From the first row of the sheet on, empty ones too: their numbers are those seen."""
    rows = [_line(_text(cell) for cell in row) for row in sheet.iter_rows()]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _section(place: str, rows: list[str]) -> Section:
    """Rows as lines, numbered as a person sees them; the first with words heads them all."""
    heading = next((row for row in rows if row), "")
    return Section(
        place,
        "\n".join(rows),
        unit="rows",
        heading=heading if len(heading) <= _MOST_HEADING_CHARACTERS else "",
    )


def _line(cells: Iterable[str]) -> str:
    return " | ".join(" ".join(cell.split()) for cell in cells).strip(" |")


def _text(cell: Cell) -> str:
    """A number without the fraction that a spreadsheet only stores."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
