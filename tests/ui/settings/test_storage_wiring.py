"""What is kept: counted, cleared by a second press, exported and imported."""

from __future__ import annotations

import asyncio
import os
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.keeping import CancelImport, ClearKept, ImportAdvanced, ImportArchive, Kept
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    Notice,
    NoticeLevel,
    NoticeRaised,
)
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.compose import kept_files
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.settings.storage_card import StorageCard
from tests.export.conftest import fill
from tests.ui.conftest import make_message

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen


@pytest.fixture
def card(desk) -> StorageCard:
    desk.wiring.start()
    desk.window.settings_requested.emit()
    return desk.window.pane._pages["settings"].storage


def press(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_each_kind_says_how_much_room_it_takes(desk, card, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "x").write_bytes(bytes(3000))
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert card.lines["pictures"].note.text().startswith("3")
    assert card.lines["pictures"].begin.isEnabled()
    assert not card.lines["recordings"].begin.isEnabled()
    assert card.total.text().endswith("in all")


@pytest.mark.parametrize("kind", list(Kept))
def test_nothing_is_cleared_by_one_press(desk, card, qtbot, kind):
    line = card.lines[kind]
    line.begin.setEnabled(True)
    press(qtbot, line.begin)
    assert "?" in line.words.text()
    assert line.keep.hasFocus()
    press(qtbot, line.keep)
    assert not desk.sent_of(ClearKept)
    press(qtbot, line.begin)
    press(qtbot, line.delete)
    assert desk.sent_of(ClearKept) == [ClearKept(kind)]
    assert not line.begin.isHidden()


def test_a_question_is_not_left_open_for_who_comes_back(desk, card, qtbot):
    line = card.lines["service"]
    line.begin.setEnabled(True)
    press(qtbot, line.begin)
    card.show_service(True)
    assert line.begin.isHidden(), "it is asked already"
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert line.delete.isHidden()
    assert not line.begin.isHidden()


def test_what_was_cleared_is_counted_anew(desk, card, tmp_path):
    (tmp_path / "pictures").mkdir()
    file = tmp_path / "pictures" / "x"
    file.write_bytes(bytes(3000))
    desk.store.apply(NoticeRaised(Notice(NoticeLevel.INFO, "kept.recordings_cleared")))
    desk.store.tell()
    assert card.lines["pictures"].begin.isEnabled()
    file.unlink()
    desk.store.apply(NoticeRaised(Notice(NoticeLevel.INFO, "kept.pictures_cleared")))
    desk.store.tell()
    assert not card.lines["pictures"].begin.isEnabled()


def test_a_service_that_does_not_run_here_is_not_cleared(desk, card):
    assert not card.lines["service"].begin.isHidden()
    desk.store.apply(ConnectionChanged(Connection.READY, "backboard"))
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert card.lines["service"].begin.isHidden()


def keep(folder: Path, name: str, *, is_old: bool = True) -> Path:
    kept = kept_files.keep_bytes(name, b"x", folder / kept_files.FOLDER)
    if is_old:
        os.utime(kept.parent, (1, 1))
    return kept


def asked_with(number: int, path: Path, status: MessageStatus):
    wishes = TurnWishes(files=(str(path),))
    return make_message(number, "Look", Role.USER, status=status, wishes=wishes)


def test_copies_that_no_message_needs_go_and_the_others_stay(desk, tmp_path):
    sent, stray, fresh, held = (
        keep(tmp_path, "a.txt"),
        keep(tmp_path, "b.txt"),
        keep(tmp_path, "c.txt", is_old=False),
        keep(tmp_path, "d.txt"),
    )
    desk.reader.written = {"z": [asked_with(1, sent, MessageStatus.SENT)]}
    desk.wiring.attachments.shelf.add(
        "a", Attachment("x", "d.txt", kept=str(held), stage=Stage.READY)
    )
    desk.wiring.attachments.cleaning.sweep()
    assert [sent.exists(), stray.exists(), fresh.exists(), held.exists()] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("is_old", [True, False])
def test_sent_files_are_cleared_but_not_those_that_wait(desk, card, qtbot, tmp_path, is_old):
    sent, waiting = keep(tmp_path, "a.txt", is_old=is_old), keep(tmp_path, "b.txt")
    coming = keep(tmp_path, "c.txt", is_old=False)
    desk.reader.written = {
        "z": [
            asked_with(1, sent, MessageStatus.SENT),
            asked_with(2, waiting, MessageStatus.FAILED),
        ]
    }
    card.lines["attachments"].begin.setEnabled(True)
    press(qtbot, card.lines["attachments"].begin)
    press(qtbot, card.lines["attachments"].delete)
    assert not sent.exists(), "said to be gone"
    assert waiting.exists()
    assert coming.exists(), "on its way into a message, perhaps"
    assert desk.window.pane.notices.sentence.startswith("The files are gone")


def test_a_file_of_a_message_that_comes_meanwhile_stays(desk, tmp_path):
    waiting, read, times = keep(tmp_path, "a.txt", is_old=False), desk.reader.files_of_messages, []

    def meanwhile(**wanted: bool) -> list[str]:
        found = read(**wanted)
        times.append(1)
        desk.reader.written = {"z": [asked_with(1, waiting, MessageStatus.QUEUED)]}
        return found

    desk.reader.files_of_messages = meanwhile
    desk.wiring.storage._wires.run(desk.wiring.attachments.cleaning.clear, "clear")
    assert len(times) == 2
    assert waiting.exists()


def test_a_journal_that_cannot_be_read_costs_no_file(desk, tmp_path):
    from desktop_app.errors import StorageError

    def unreadable(**_: object) -> list[str]:
        raise StorageError("storage.broken", "no")

    stray = keep(tmp_path, "b.txt")
    desk.reader.files_of_messages = unreadable
    desk.wiring.attachments.cleaning.sweep()
    assert stray.exists()


def test_everything_is_exported(desk, card, qtbot, tmp_path):
    async def make() -> None:
        journal = await JournalWriter.open(tmp_path)
        await fill(journal, tmp_path)
        await journal.aclose()

    asyncio.run(make())
    press(qtbot, card.export)
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "all.zip"))
    assert zipfile.is_zipfile(tmp_path / "all.zip")
    assert desk.window.pane.notices.sentence.endswith("all.zip was written.")
    dialog.close()


def test_an_archive_is_imported_with_progress_and_can_be_stopped(desk, card, qtbot, tmp_path):
    press(qtbot, card.take_in)
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit("/x/all.zip")
    dialog.close()
    assert desk.sent[-1] == ImportArchive("/x/all.zip")
    desk.store.apply(ImportAdvanced("/x/all.zip", 42, 100))
    desk.store.tell()
    notices = desk.window.pane.notices
    assert notices.sentence == "Reading all.zip: 42%."
    press(qtbot, notices._step)
    assert desk.sent[-1] == CancelImport()
    desk.store.apply(ImportAdvanced("/x/all.zip", 42, 100, is_over=True))
    desk.store.tell()
    assert not notices.isVisible()
