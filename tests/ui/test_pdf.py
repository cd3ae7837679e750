"""Conversations as PDF: all that was said, in order, on as many pages as it takes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pypdfium2
import pytest
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from desktop_app.errors import InputError, StoppedError
from desktop_app.export.exporting import ExportWish, Format
from desktop_app.export.watch import Watch
from desktop_app.journal.writer import JournalWriter
from desktop_app.ui.pdf import export_pdf
from tests.export.conftest import fill, message, picture, thread
from tests.fakes.films import scene


async def _fill(folder: Path) -> None:
    journal = await JournalWriter.open(folder)
    await fill(journal, folder)
    await journal.save_thread(thread("long", title="Long", created_at=9.0))
    for number in range(40):
        text = (
            f"begin{number} " + "words and words " * (900 if number == 20 else 20) + f"end{number}"
        )
        await journal.save_message(
            message(f"l{number}", thread_id="long", created_at=float(number), text=text)
        )
    await journal.aclose()


@pytest.fixture
def folder(qapp, tmp_path):
    asyncio.run(_fill(tmp_path / "journal"))
    return tmp_path / "journal"


def pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_all_that_was_said_is_there_in_order_and_no_line_is_lost(folder, tmp_path):
    path = tmp_path / "x.pdf"
    assert export_pdf(ExportWish(folder, path, Format.PDF)) == 3
    text = "\n".join(pages(path))
    marks = ["Trams & <Lisbon>", "How old is <b>it</b>?", "Very old.", "olá", "Long"]
    marks += [f"{side}{number}" for number in range(40) for side in ("begin", "end")]
    at = 0
    for mark in marks:
        at = text.index(mark, at)
    words = sum(line.split().count("words") for line in text.splitlines())
    assert words >= 2 * (900 + 39 * 20)  # Qt writes a line above each cut again, out of sight


def test_a_video_is_pictured_by_its_beginning(qapp, tmp_path):
    async def fill_with_a_video(folder: Path) -> None:
        journal = await JournalWriter.open(folder)
        await journal.save_thread(thread())
        await journal.save_message(message("m2"))
        await journal.keep_picture(picture(mime_type="video/x-msvideo"), scene(2))
        await journal.aclose()

    asyncio.run(fill_with_a_video(tmp_path / "journal"))
    path = tmp_path / "x.pdf"
    export_pdf(ExportWish(tmp_path / "journal", path, Format.PDF))
    document = pypdfium2.PdfDocument(path)
    try:
        kinds = [part.type for page in document for part in page.get_objects()]
        assert kinds.count(FPDF_PAGEOBJ_IMAGE) == 1
    finally:
        document.close()


def test_a_video_is_named_whether_it_can_be_pictured_or_not(qapp, tmp_path):
    async def fill_with_videos(folder: Path) -> None:
        journal = await JournalWriter.open(folder)
        await journal.save_thread(thread())
        await journal.save_message(message("m2"))
        for name, kind, content in (
            ("p1", "video/x-msvideo", scene(2)),
            ("p2", "video/mp4", b"an mp4"),
        ):
            made = picture(name, mime_type=kind, prompt=f"Film <{name}>")
            await journal.keep_picture(made, content)
        await journal.aclose()

    asyncio.run(fill_with_videos(tmp_path / "journal"))
    path = tmp_path / "x.pdf"
    export_pdf(ExportWish(tmp_path / "journal", path, Format.PDF))
    text = "\n".join(pages(path))
    assert text.index("Video: Film <p1>") < text.index("Video: Film <p2>")


def test_a_thread_begins_on_a_page_of_its_own(folder, tmp_path):
    path = tmp_path / "x.pdf"
    export_pdf(ExportWish(folder, path, Format.PDF, ("t1", "t2")))
    first, second = pages(path)
    assert "Trams" in first
    assert second.startswith("New conversation")


def test_a_cancelled_pdf_leaves_nothing(folder, tmp_path):
    watch = Watch(lambda done, _total: watch.cancel() if done > 3 else None)
    with pytest.raises(StoppedError):
        export_pdf(ExportWish(folder, tmp_path / "x.pdf", Format.PDF), watch)
    assert not list(tmp_path.glob("x.pdf*"))


def test_a_place_that_cannot_be_written_is_said(folder, tmp_path):
    with pytest.raises(InputError) as caught:
        export_pdf(ExportWish(folder, tmp_path / "nowhere" / "x.pdf", Format.PDF))
    assert caught.value.code == "export.unwritable"


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_is_full_is_said_and_leaves_nothing(folder, tmp_path):
    with pytest.raises(InputError) as caught:
        export_pdf(ExportWish(folder, tmp_path / "x.pdf", Format.PDF))
    assert caught.value.code == "export.unwritable"
    assert "No space" in caught.value.facts["reason"]
    assert not list(tmp_path.glob("x.pdf*"))
