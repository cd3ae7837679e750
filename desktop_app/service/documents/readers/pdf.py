"""PDF, page by page, with PDFium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium

from desktop_app.prose import mark
from desktop_app.service.documents.sections import Found, Remark, Section, UnreadableError

MAX_PAGES = 5_000

_HEADER_WITHIN = 1024
_PASSWORD = 4  # FPDF_ERR_PASSWORD


def read_pdf(path: Path) -> Iterator[Found]:
    """The text of each page."""
    with closing(_open(path)) as document:
        count = len(document)
        for index in range(min(count, MAX_PAGES)):
            yield Section(f"page {index + 1}", _page_text(document, index))
    if count > MAX_PAGES:
        yield Remark(note=f"Only its first {MAX_PAGES} pages are searched.")


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)  # type: ignore[no-untyped-call]  # it has no types
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise UnreadableError(mark("The PDF is protected by a password.")) from error
        with path.open("rb") as file:
            is_pdf = b"%PDF-" in file.read(_HEADER_WITHIN)
        sentence = (
            mark("The PDF is damaged or cut off.") if is_pdf else mark("It is not a PDF file.")
        )
        raise UnreadableError(sentence) from error


def _page_text(document: pdfium.PdfDocument, index: int) -> str:
    """Empty for a page that is damaged: the others may be whole."""
    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as text:
            # PDFium marks a hyphen at a line's end with U+FFFE
            return str(text.get_text_range()).replace("\r\n", "\n").replace("\ufffe\n", "")
    except pdfium.PdfiumError:
        return ""
