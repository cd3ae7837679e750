"""Notices that only confirm something go by themselves."""

from __future__ import annotations

import pytest

from desktop_app.link.messages import Notice, NoticeLevel

INFO, WARNING = NoticeLevel.INFO, NoticeLevel.WARNING


@pytest.mark.parametrize(
    ("notice", "goes"),
    [
        (Notice(INFO, "export.written", {"file": "/x/a.md"}, "show_file"), True),
        (Notice(INFO, "archive.imported"), True),
        (Notice(INFO, "kept.recordings_cleared"), True),
        (Notice(WARNING, "export.unwritable", {"file": "a.md"}), False),
        (Notice(INFO, "export.running", {"file": "a.md", "number": "5"}, "stop_export"), False),
        (Notice(INFO, "voice.muted"), False),
    ],
    ids=lambda value: value.code if isinstance(value, Notice) else "",
)
def test_a_notice_that_wants_nothing_goes_once_it_could_be_read(desk, notice, goes):
    desk.wiring._wires.notify(notice)
    assert desk.wiring.passing._time.isActive() is goes
    if goes:
        desk.wiring.passing._time.timeout.emit()
    assert desk.window.pane.notices.isHidden() is goes


def test_one_that_came_below_another_has_its_own_time(desk):
    wires = desk.wiring._wires
    wires.notify(Notice(INFO, "archive.imported"))
    wires.notify(Notice(WARNING, "storage.full"))
    assert not desk.wiring.passing._time.isActive(), "what is in sight has to be read"
    wires.dismiss("storage.full")
    assert desk.wiring.passing._time.isActive()


def test_what_was_confirmed_before_does_not_come_back(desk):
    wires = desk.wiring._wires
    wires.notify(Notice(INFO, "export.written", {"file": "/x/a.zip"}, "show_file"))
    wires.notify(Notice(INFO, "archive.imported"))
    desk.wiring.passing._time.timeout.emit()
    assert desk.window.pane.notices.isHidden()
