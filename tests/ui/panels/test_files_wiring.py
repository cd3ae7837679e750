"""The files of the open thread, as a person sees and changes them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from desktop_app.protocol.backboard.documents import Document, SearchFault
from desktop_app.protocol.service_calls import (
    DeleteDocument,
    DocumentList,
    ListDocuments,
    UploadDocument,
)
from desktop_app.ui.panels.files_panel import NO_FILES, document_row, search_words
from desktop_app.ui.service_asks import AskError

GUIDE = Document(document_id="d", filename="guide.pdf", status="indexed", file_size_bytes=2048)
MAP = Document(document_id="e", filename="map.png", status="processing")
BAD = Document(
    document_id="f", filename="x.docx", status="error", status_message="It holds no text."
)


@pytest.fixture
def files(desk):
    """The tab, open beside a thread with one file."""
    desk.asks.answers[ListDocuments] = DocumentList((GUIDE,))
    desk.wiring.start()
    desk.window.toggle_right()
    desk.window.side.tabs.open_tab(2)
    desk.panel = desk.window.side.files
    desk.thread_id = desk.store.state.conversation.thread_id
    return desk


def titles(files):
    return [row.title for row in files.panel.rows.texts]


def press(qtbot, files, key, name):
    button = files.panel.rows.row(key).findChild(object, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nobody_asks_while_nobody_looks(desk):
    desk.wiring.start()
    assert desk.asks.of(ListDocuments) == []


def test_the_files_of_the_open_thread_are_listed(files):
    assert files.asks.of(ListDocuments)[-1] == ListDocuments(files.thread_id)
    assert titles(files) == ["guide.pdf"]
    assert files.panel.rows.note.isHidden()


def test_another_thread_shows_its_own(files):
    files.asks.answers[ListDocuments] = DocumentList(())
    files.wiring.threads.new_thread()
    assert titles(files) == []
    assert files.panel.rows.note.text() == NO_FILES


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (GUIDE, "Ready · 2 KB"),
        (MAP, "Being read…"),
        (BAD, "Failed: It holds no text. Add it again, or remove it."),
    ],
)
def test_each_file_says_how_far_it_is(document, words):
    assert document_row(document).caption.replace("kB", "KB").replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("http.404", "the server does not have ollama / nomic. Load it there."),
        ("access.refused", "the key for ollama / nomic was refused."),
        ("network.unreachable", "ollama / nomic does not answer."),
        ("http.503", "ollama / nomic does not answer."),
        ("embedding.failed", "ollama / nomic does not work."),
    ],
)
def test_why_files_are_found_by_words_alone_is_said_above_them(files, code, words):
    fault = SearchFault(code=code, model="ollama/nomic")
    files.asks.answers[ListDocuments] = DocumentList((GUIDE.with_fault(fault), MAP))
    files.wiring.panels.files.load()
    assert words in files.panel.rows.note.text()
    assert titles(files) == ["guide.pdf", "map.png"]
    files.asks.answers[ListDocuments] = DocumentList((GUIDE,))
    files.wiring.panels.files.load()
    assert files.panel.rows.note.isHidden()


@pytest.mark.parametrize("facts", [{"code": 404, "model": "x"}, "no", {"code": "http.404"}])
def test_what_another_service_calls_so_says_nothing(facts):
    assert search_words((replace(GUIDE, metadata_={"search_fault": facts}),)) == ""


def test_a_file_that_is_being_read_is_looked_at_again(files, qtbot):
    files.asks.answers[ListDocuments] = DocumentList((MAP,))
    poll = files.wiring.panels.files._poll
    poll.setInterval(0)
    files.wiring.panels.files.load()
    assert poll.isActive()
    files.asks.answers[ListDocuments] = DocumentList((GUIDE,))
    qtbot.waitUntil(lambda: titles(files) == ["guide.pdf"])
    assert not poll.isActive()


def test_an_added_file_is_sent_to_this_thread_and_listed(files):
    files.asks.advances = [(512, 1024)]
    seen = []
    files.asks.answers[UploadDocument] = lambda _: seen.append(files.panel.rows.texts[0]) or GUIDE
    files.panel.add_requested.emit(["/x/tram.txt"])
    assert files.asks.of(UploadDocument) == [UploadDocument("/x/tram.txt", files.thread_id)]
    assert (seen[0].title, seen[0].caption, seen[0].progress) == (
        "tram.txt",
        "Uploading, 50%",
        0.5,
    )
    assert titles(files) == ["guide.pdf"]


def test_a_file_that_cannot_be_sent_says_why_and_can_be_taken_away(files, qtbot):
    files.asks.answers[UploadDocument] = AskError("upload.extension", file="a.exe")
    files.panel.add_requested.emit(["/x/a.exe"])
    row = files.panel.rows.texts[0]
    assert (row.title, row.ink) == ("a.exe", "danger")
    assert "not supported" in row.caption
    press(qtbot, files, row.key, "delete")
    assert titles(files) == ["guide.pdf"]


def test_a_deletion_can_be_undone_and_nothing_was_deleted(files, qtbot):
    press(qtbot, files, "d", "delete")
    assert files.panel.rows.texts[0].is_deleted
    press(qtbot, files, "d", "undo")
    assert not files.panel.rows.texts[0].is_deleted
    files.wiring.panels.files.deletions.settle()
    assert files.asks.of(DeleteDocument) == []


def test_what_is_not_undone_is_deleted(files, qtbot):
    press(qtbot, files, "d", "delete")
    files.asks.answers[ListDocuments] = DocumentList(())
    files.wiring.panels.files.deletions.settle()
    assert files.asks.of(DeleteDocument) == [DeleteDocument("d")]
    assert titles(files) == []


def test_a_service_that_is_away_is_said_and_asked_again(files, qtbot):
    files.asks.answers[ListDocuments] = AskError("network.unreachable")
    files.wiring.threads.new_thread()
    assert "cannot be reached" in files.panel.rows.note.text()
    files.asks.answers[ListDocuments] = DocumentList((GUIDE,))
    qtbot.mouseClick(files.panel.rows.retry, Qt.MouseButton.LeftButton)
    assert titles(files) == ["guide.pdf"]
    assert files.panel.rows.retry.isHidden()
