"""The line above the conversation, and what it says while the threads are hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.link.messages import Connection, ConnectionChanged

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
