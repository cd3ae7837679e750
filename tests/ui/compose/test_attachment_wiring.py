"""Dropped, pasted and chosen files become rows, copies, and part of what is sent."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.link.carried_files import CarryFiles, FilesCarried
from desktop_app.link.messages import Phase, PhaseChanged, SendText
from desktop_app.state import changes
from desktop_app.ui.compose.attachments import Stage


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "from" / "notes.md"
    path.parent.mkdir()
    path.write_text("the bridge opens at nine")
    return path


def opened(desk, thread_id: str = "a") -> None:
    desk.store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))


def dragged(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def enter(desk, data: QMimeData, over: QWidget | None = None) -> QDragEnterEvent:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    event = QDragEnterEvent(QPoint(200, 200), copy, data, left, none)
    QApplication.sendEvent(over or desk.window.pane, event)
    return event


def drop(desk, data: QMimeData) -> None:
    enter(desk, data)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    QApplication.sendEvent(desk.window.pane, QDropEvent(QPointF(200, 200), copy, data, left, none))


def rows(desk) -> list:
    return desk.window.pane.tray.rows


def paste(desk, qtbot, data: QMimeData) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(data)
    qtbot.keyClick(
        desk.window.pane.composer.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier
    )
    clipboard.clear()  # what it still holds when Python ends would take the process along


def test_bar_38_the_whole_conversation_says_what_a_drop_will_do(desk, notes):
    target = desk.window.pane.drop_target
    event = enter(desk, dragged(notes))
    assert event.isAccepted()
    assert target.isVisible()
    assert target.geometry() == desk.window.pane.rect()
    assert target.words[0] == "Drop to attach notes.md"
    assert "PDF, Office" in target.words[1]
    QApplication.sendEvent(desk.window.pane, QDragLeaveEvent())
    assert not target.isVisible()


def test_bar_38_what_cannot_be_used_is_refused_before_the_drop(desk, tmp_path):
    event = enter(desk, dragged(tmp_path / "tool.exe"))
    assert not event.isAccepted()
    assert desk.window.pane.drop_target.words[0] == "This file cannot be attached"


def test_what_is_dropped_beside_the_conversation_goes_along_too(desk, notes):
    opened(desk)
    target = desk.window.pane.drop_target
    data = dragged(notes)
    assert enter(desk, data, desk.window).isAccepted()
    assert target.isVisible()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    dropped = QDropEvent(QPointF(9, 200), copy, data, left, none)
    QApplication.sendEvent(desk.window, dropped)
    assert not target.isVisible()
    assert [row.shown.name for row in rows(desk)] == ["notes.md"]


def test_a_dropped_file_is_copied_and_goes_along_with_the_words(desk, notes, qtbot):
    opened(desk)
    data = dragged(notes)
    drop(desk, data)
    assert not desk.window.pane.drop_target.isVisible()
    assert [row.accessibleName() for row in rows(desk)] == ["notes.md, 24 bytes, ready to send"]
    notes.unlink()  # what was attached stays attached
    qtbot.keyClicks(desk.window.pane.composer.field, "when?")
    qtbot.keyClick(desk.window.pane.composer.field, Qt.Key.Key_Return)
    [sent] = desk.sent_of(SendText)
    assert sent.text == "when?"
    [kept] = sent.wishes.files
    assert Path(kept).read_text() == "the bridge opens at nine"
    assert Path(kept).name == "notes.md"
    assert rows(desk) == []
    assert not desk.window.pane.tray.isVisible()
    assert desk.store.state.conversation.messages[-1].wishes == sent.wishes


def test_files_alone_can_be_sent(desk, notes, qtbot):
    opened(desk)
    drop(desk, dragged(notes))
    qtbot.mouseClick(desk.window.pane.composer._send, Qt.MouseButton.LeftButton)
    [sent] = desk.sent_of(SendText)
    assert sent.text == "Here is a file."
    assert len(sent.wishes.files) == 1


def test_bar_38_each_file_has_a_row_and_the_unusable_are_not_sent(desk, notes, tmp_path, qtbot):
    opened(desk)
    bad = tmp_path / "tool.exe"
    bad.write_bytes(b"MZ")
    drop(desk, dragged(notes, bad))
    assert [row.shown.stage for row in rows(desk)] == [Stage.READY, Stage.REFUSED]
    assert "This kind of file is not taken" in rows(desk)[1].accessibleName()
    qtbot.keyClick(desk.window.pane.composer.field, Qt.Key.Key_Return)
    [sent] = desk.sent_of(SendText)
    assert [Path(kept).name for kept in sent.wishes.files] == ["notes.md"]


def test_a_file_that_is_no_picture_is_not_sent_as_one(desk, tmp_path, qtbot):
    opened(desk)
    picture = QImage(3, 2, QImage.Format.Format_RGB32)
    picture.fill(0xFF3060A0)
    for name in ("true.png", "true.bmp", "true.jpg"):
        assert picture.save(str(tmp_path / name))
    (tmp_path / "other name.png").write_bytes((tmp_path / "true.jpg").read_bytes())
    (tmp_path / "page.png").write_text("<html>404</html>")
    (tmp_path / "cut.jpg").write_bytes(b"no picture at all")
    names = ("true.png", "true.bmp", "true.jpg", "other name.png", "page.png", "cut.jpg")
    drop(desk, dragged(*(tmp_path / name for name in names)))
    assert [row.shown.stage for row in rows(desk)] == [Stage.READY] * 4 + [Stage.REFUSED] * 2
    assert rows(desk)[4].shown.words == "The picture cannot be read"
    qtbot.mouseClick(desk.window.pane.composer._send, Qt.MouseButton.LeftButton)
    [sent] = desk.sent_of(SendText)
    assert [Path(kept).name for kept in sent.wishes.files] == list(names[:4])
    kept = {path.name for path in Path(sent.wishes.files[0]).parents[1].rglob("*.*")}
    assert kept == set(names[:4])


def test_bar_38_a_file_that_is_gone_can_be_tried_again(desk, notes, qtbot):
    opened(desk)
    away = notes.with_suffix(".away")
    notes.rename(away)
    drop(desk, dragged(notes))
    [row] = rows(desk)
    assert row.shown.reason == "The file is no longer there"
    away.rename(notes)
    qtbot.mouseClick(row.step, Qt.MouseButton.LeftButton)
    assert rows(desk)[0].shown.stage is Stage.READY


def test_a_removed_file_takes_its_copy_with_it(desk, notes, qtbot):
    opened(desk)
    drop(desk, dragged(notes))
    kept = Path(rows(desk)[0].shown.kept)
    assert kept.exists()
    qtbot.mouseClick(rows(desk)[0].remove, Qt.MouseButton.LeftButton)
    assert not kept.parent.exists()
    assert notes.exists()
    assert rows(desk) == []


def test_files_stay_with_their_thread(desk, notes):
    opened(desk, "a")
    drop(desk, dragged(notes))
    opened(desk, "b")
    assert rows(desk) == []
    opened(desk, "a")
    assert [row.shown.name for row in rows(desk)] == ["notes.md"]


def test_a_pasted_picture_becomes_a_file(desk, qtbot):
    opened(desk)
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    data = QMimeData()
    data.setImageData(image)
    paste(desk, qtbot, data)
    [row] = rows(desk)
    assert row.shown.name == "Pasted picture.png"
    assert QImage(row.shown.kept).size() == image.size()


def test_a_pasted_picture_of_100_mb_becomes_a_file(desk, qtbot):
    opened(desk)
    image = QImage(5000, 5000, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.sizeInBytes() == 100_000_000
    data = QMimeData()
    data.setImageData(image)
    paste(desk, qtbot, data)
    [row] = rows(desk)
    assert QImage(row.shown.kept).size() == image.size()


def test_pasted_files_are_attached(desk, notes, qtbot):
    opened(desk)
    paste(desk, qtbot, dragged(notes))
    assert [row.shown.name for row in rows(desk)] == ["notes.md"]


def test_a_long_text_becomes_a_file_and_can_still_go_into_the_message(desk, qtbot):
    opened(desk)
    text = "every word counts. " * 10_000
    data = QMimeData()
    data.setText(text)
    paste(desk, qtbot, data)
    composer = desk.window.pane.composer
    assert composer.text == ""
    [row] = rows(desk)
    assert Path(row.shown.kept).read_text() == text
    qtbot.mouseClick(row.step, Qt.MouseButton.LeftButton)
    assert composer.text == text
    assert rows(desk) == []


def test_a_hundred_megabytes_of_text_are_a_file_only(desk, qtbot):
    opened(desk)
    data = QMimeData()
    data.setText("0123456789" * 10_000_000)
    paste(desk, qtbot, data)
    [row] = rows(desk)
    assert row.shown.size_bytes == 10**8
    assert not row.step.isVisible()
    shutil.rmtree(Path(row.shown.kept).parent)


def test_bar_39_a_message_waits_for_its_files(desk, notes, qtbot):
    opened(desk)
    waiting = []
    object.__setattr__(desk.wiring.attachments._wires, "run", lambda work, _: waiting.append(work))
    drop(desk, dragged(notes))
    composer = desk.window.pane.composer
    qtbot.keyClicks(composer.field, "when?")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert desk.sent_of(SendText) == []
    assert composer.text == "when?"
    assert desk.window.pane.tray.note == "Sent as soon as the files are read"
    with pytest.raises(StopIteration):
        waiting[0]().send(None)
    [sent] = desk.sent_of(SendText)
    assert (sent.text, len(sent.wishes.files)) == ("when?", 1)
    assert composer.text == ""


def test_more_files_than_go_along_are_refused_aloud(desk, notes):
    opened(desk)
    drop(desk, dragged(*[notes] * 22))
    assert len(rows(desk)) == 20
    assert desk.store.state.notices[-1].code == "attach.too_many"


def test_dropped_words_go_into_the_message(desk):
    opened(desk)
    data = QMimeData()
    data.setText("said elsewhere")
    assert enter(desk, data).isAccepted()
    drop(desk, data)
    assert desk.window.pane.composer.text == "said elsewhere"


def offered(desk) -> list[tuple[str, int]]:
    """What was offered to go along with speech, as thread and number of files."""
    return [(one.thread_id, len(one.files)) for one in desk.sent_of(CarryFiles)]


def test_what_is_attached_is_offered_to_go_along_with_what_is_said(desk, notes):
    opened(desk)
    desk.wiring.attachments.attach([str(notes)])
    assert offered(desk) == [("a", 1)]
    opened(desk, "b")
    opened(desk, "a")
    assert offered(desk) == [("a", 1), ("a", 1)]
    desk.wiring.attachments.remove(rows(desk)[0].shown.id)
    assert offered(desk)[-1] == ("a", 0)


def test_a_new_engine_is_offered_them_again(desk, notes):
    opened(desk)
    desk.wiring.attachments.attach([str(notes)])
    desk.store.engine_came.emit()
    assert offered(desk) == [("a", 1), ("a", 1)]


def test_a_file_that_went_along_leaves_the_tray_and_its_copy_stays(desk, notes):
    opened(desk)
    desk.wiring.attachments.attach([str(notes)])
    kept = rows(desk)[0].shown.kept
    desk.store.apply(FilesCarried("a", 1, ("another", kept)))
    assert rows(desk) == []
    assert Path(kept).is_file()
    assert offered(desk)[-1] == ("a", 0)


def test_while_one_converses_it_is_said_that_files_go_along(desk, notes):
    opened(desk)
    desk.wiring.attachments.attach([str(notes)])
    assert desk.window.pane.tray.note == ""
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, is_voice_on=True))
    desk.store.tell()
    assert desk.window.pane.tray.note == "They go along with what you say"
    desk.store.apply(PhaseChanged("a", Phase.READY, 1))
    desk.store.tell()
    assert desk.window.pane.tray.note == ""
