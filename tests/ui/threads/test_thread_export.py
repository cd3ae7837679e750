"""Threads as files: dragged out, and written where a person says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop_app.journal.records import MessageRecord, MessageStatus, Role, ThreadRecord
from desktop_app.journal.writer import JournalWriter
from desktop_app.ui.threads.thread_export import file_name

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen


async def _fill(folder: Path) -> None:
    journal = await JournalWriter.open(folder)
    for name, title in (("a", "Lisbon: trams"), ("b", "Porto")):
        thread = ThreadRecord(id=name, title=title, created_at=1.0, updated_at=2.0)
        await journal.save_thread(thread)
        await journal.save_message(
            MessageRecord(
                id=f"m{name}",
                thread_id=name,
                role=Role.USER,
                text=f"Where is {title}?",
                created_at=1.0,
                status=MessageStatus.SENT,
            )
        )
    await journal.aclose()


@pytest.fixture
def export(desk):
    """The export of a window over a real journal of two threads."""
    asyncio.run(_fill(desk.wiring._wires.folders.data))
    desk.reader.known = [
        ThreadRecord(id="a", title="Lisbon: trams", created_at=1.0, updated_at=2.0),
        ThreadRecord(id="b", title="Porto", created_at=1.0, updated_at=1.0),
    ]
    desk.wiring.start()
    return desk.wiring.threads.files


def test_a_thread_is_dragged_out_as_a_file(export, desk, qtbot):
    drags = []
    carried = export.carry_file
    export.carry_file = lambda path, _begin: carried(path, drags.append)
    desk.window.threads.list.carried.emit()
    qtbot.waitUntil(lambda: bool(drags))
    path = Path(drags[0].mimeData().urls()[0].toLocalFile())
    assert path.name == "Lisbon trams.md"
    assert "Where is Lisbon: trams?" in path.read_text("utf-8")
    drags[0].deleteLater()


def test_pictures_are_dragged_along_with_their_document(export, desk, tmp_path):
    drags, page = [], tmp_path / "talk.md"
    (tmp_path / "talk_files").mkdir()
    export.carry_file(page, drags.append)
    names = [Path(one.toLocalFile()).name for one in drags[0].mimeData().urls()]
    assert names == ["talk.md", "talk_files"]
    drags[0].deleteLater()


@pytest.mark.parametrize(
    ("name", "written"), [("x.md", "x.md"), ("x", "x.md"), ("x.html", "x.html")]
)
def test_bar_37_threads_are_written_where_a_person_says(export, desk, tmp_path, name, written):
    export.export(("a", "b"))
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "out" / name))
    assert "cannot be written" in desk.window.pane.notices.sentence
    (tmp_path / "out").mkdir()
    dialog.fileSelected.emit(str(tmp_path / "out" / name))
    text = (tmp_path / "out" / written).read_text("utf-8")
    assert "Lisbon: trams" in text
    assert "Porto" in text
    assert desk.window.pane.notices.sentence.endswith(f"{written} was written.")
    dialog.close()


@pytest.mark.parametrize(
    ("titles", "name"),
    [
        (["a/b\\c:d"], "a b c d"),
        (["..."], "Conversation"),
        (["x" * 500], "x" * 60),
        (["今日"], "今日"),
        (["CON"], "Conversation"),
        (["lpt1.old"], "Conversation"),
        (["invoice\u202efdp.exe"], "invoice fdp.exe"),
        (["\U0001f600" * 60], "\U0001f600" * 50),
        (["a", "b"], "Conversations"),
    ],
)
def test_every_title_makes_a_file_name(titles, name):
    assert file_name(titles) == name


def test_bar_37_a_pdf_is_written_with_progress(export, desk, tmp_path):
    told: list[str] = []
    desk.store.notices_changed.connect(lambda _: told.append(desk.window.pane.notices.sentence))
    export.export(("a", "b"))
    dialog = desk.window.findChild(QFileDialog)
    dialog.filterSelected.emit("PDF (*.pdf)")
    assert [Path(one).suffix for one in dialog.selectedFiles()] == [".pdf"]
    dialog.fileSelected.emit(str(tmp_path / "x.pdf"))
    dialog.close()
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    assert "Writing x.pdf: 50%." in told
    assert desk.window.pane.notices.sentence.endswith("x.pdf was written.")


def test_an_export_is_stopped_and_leaves_nothing(export, desk, tmp_path):
    desk.store.notices_changed.connect(lambda _: export.stop())
    export.export(("a", "b"))
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "x.html"))
    dialog.close()
    assert not list(tmp_path.glob("x.html*"))
    assert "cancelled" in desk.window.pane.notices.sentence


def test_bar_37_everything_goes_into_an_archive_that_can_be_imported_unless_chosen_otherwise(
    export, desk, tmp_path
):
    export.export()
    dialog = desk.window.findChild(QFileDialog)
    assert [Path(one).name for one in dialog.selectedFiles()] == ["Conversations.zip"]
    assert dialog.selectedNameFilter().endswith("(*.zip)")
    dialog.fileSelected.emit(str(tmp_path / "all"))
    dialog.close()
    assert (tmp_path / "all.zip").read_bytes().startswith(b"PK")


def test_bar_37_a_name_without_an_ending_is_written_in_the_chosen_format_and_over_nothing(
    export, desk, tmp_path
):
    (tmp_path / "v1.2 notes.html").write_text("mine")
    export.export(("a",))
    dialog = desk.window.findChild(QFileDialog)
    dialog.filterSelected.emit("Web page (*.html)")
    assert dialog.defaultSuffix() == "html"
    dialog.fileSelected.emit(str(tmp_path / "v1.2 notes"))
    dialog.close()
    assert (tmp_path / "v1.2 notes.html").read_text() == "mine"
    assert "Lisbon" in (tmp_path / "v1.2 notes (2).html").read_text("utf-8")


def test_what_was_written_is_shown_in_its_folder(export, desk, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    export.export(("a",))
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "x.md"))
    dialog.close()
    desk.window.pane.notices._step.click()
    assert [Path(one.toLocalFile()) for one in opened] == [tmp_path]
    assert desk.window.pane.notices.isHidden()
