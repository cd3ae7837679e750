"""The line above the conversation, and what it says while the threads are hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.link.messages import Connection, ConnectionChanged
from desktop_app.ui.header import HEIGHT, Header
from desktop_app.ui.look import Look

READY = ConnectionChanged(Connection.READY, "embedded")
LOST = ConnectionChanged(Connection.RECONNECTING, "embedded", 4.0)
STARTING = ConnectionChanged(Connection.STARTING, "embedded")


def tell(desk, *events):
    for event in events:
        desk.store.apply(event)
    desk.store.tell()
    return desk.window.pane.header.connection


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_a_lost_connection_is_said_in_a_narrow_window_too(desk, qtbot, direction):
    desk.window.setLayoutDirection(direction)
    desk.window.resize(760, 520)
    label = tell(desk, READY, LOST)
    assert label.isVisible()
    assert label.accessibleName() == "Reconnecting in 4 s"
    header = desk.window.pane.header
    qtbot.waitUntil(lambda: label.width() >= label.sizeHint().width())
    beside = [header.assistant_chip, header.model_chip, header.voice_chip, header._gallery]
    assert not any(one.geometry().intersects(label.geometry()) for one in beside)
    assert header.rect().contains(label.geometry())
    assert not tell(desk, READY).isVisible()


def test_it_is_said_once_below_the_threads_where_they_are_seen(desk):
    label = tell(desk, READY, LOST)
    assert desk.window.threads.connection.isVisible()
    assert not label.isVisible()
    desk.window.toggle_left()
    assert label.isVisible()
    desk.window.toggle_left()
    assert not label.isVisible()


def test_the_first_start_of_a_service_is_no_loss_and_each_later_one_is(desk):
    desk.window.toggle_left()
    assert not tell(desk, STARTING).isVisible()
    assert not tell(desk, READY).isVisible()
    label = tell(desk, STARTING)
    assert label.isVisible()
    assert label.words == "Embedded, starting"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
@pytest.mark.parametrize("percent", [150, 200])
def test_a_lost_connection_is_said_whole_at_large_letters_and_not_in_place_of_the_title(
    qtbot, percent
):
    header = Header(Look(theme="light", is_calm=True, text_percent=percent), None)
    qtbot.addWidget(header)
    header.resize(760, HEIGHT)
    header.show_title("Trip to Lisbon and back")
    header.show_model("openai/gpt-4.1")
    header.show_open_sides(left=False, right=False)
    header.show()
    chips = [header.model_chip, header.assistant_chip, header.voice_chip]
    assert all(chip.isVisible() for chip in chips)
    header.show_connection("ready", "")
    header.show_connection("reconnecting", "", 4)
    label, title = header.connection, header._title
    qtbot.waitUntil(lambda: label.width() >= label.sizeHint().width())
    least = min(title.sizeHint().width(), header._look.scaled(64))
    qtbot.waitUntil(lambda: title.width() >= least)
    shown = [chip for chip in chips if chip.isVisible()]
    assert shown == chips[: len(shown)] != chips
    assert all(chip.width() >= chip.minimumSizeHint().width() for chip in shown)
    header.show_connection("ready", "")
    assert all(chip.isVisible() for chip in chips)
