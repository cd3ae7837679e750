"""Rows of files that go along, or do not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from desktop_app.ui.compose.attachment_tray import AttachmentRow, AttachmentTray
from desktop_app.ui.compose.attachments import Attachment, Stage, refusal
from desktop_app.ui.look import Look

WIDTH = 420


@pytest.fixture
def tray(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = AttachmentTray(look, parent)
    parent.resize(WIDTH, 600)
    parent.show()
    yield made
    parent.close()


def show(tray: AttachmentTray, *shown: Attachment) -> None:
    tray.show_attachments(shown)
    tray.resize(WIDTH, tray.heightForWidth(WIDTH))
    tray.layout().activate()


def test_why_a_file_is_refused_can_be_read_to_its_end(tray):
    refused = Attachment(
        "a",
        "a program with a rather long name.exe",
        stage=Stage.REFUSED,
        reason=refusal("a.exe", 9),
    )
    show(tray, refused)
    [row] = tray.rows
    metrics = row.reason.fontMetrics()
    wanted = metrics.boundingRect(QRect(0, 0, row.reason.width(), 999), 0x1000, refused.reason)
    assert wanted.height() >= 2 * metrics.height()
    assert row.reason.contentsRect().height() >= wanted.height()
    assert row.reason.geometry().bottom() < row.height() <= tray.height()


def test_why_a_file_is_refused_has_the_colour_of_the_theme(qtbot):
    look = Look(theme="light")
    parent = QWidget()
    qtbot.addWidget(parent)
    failed = Attachment("a", "a.exe", stage=Stage.FAILED, reason="It is no file")
    row = AttachmentRow(look, parent, failed)
    before = look.colour("danger")
    look.pin("dark")
    assert look.colour("danger") != before
    assert row.reason.palette().color(row.reason.foregroundRole()) == look.colour("danger")


def test_a_file_that_goes_along_takes_one_line(tray):
    ready = Attachment("a", "notes.txt", size_bytes=9, stage=Stage.READY)
    show(tray, ready)
    [row] = tray.rows
    assert not row.reason.isVisible()
    assert row.height() < 2 * row.remove.height()


def test_a_file_that_is_tried_again_needs_no_more_room_than_before(tray):
    ready = Attachment("a", "notes.txt", size_bytes=9, stage=Stage.READY)
    show(tray, ready)
    before = tray.heightForWidth(WIDTH)
    failed = Attachment("a", "notes.txt", stage=Stage.FAILED, reason="The file is no longer there")
    show(tray, failed)
    assert tray.heightForWidth(WIDTH) > before
    show(tray, ready)
    assert tray.heightForWidth(WIDTH) == before
