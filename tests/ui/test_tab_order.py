"""Tab leads from every page to everything else in the window, in both directions."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

from desktop_app.journal.records import PictureRecord
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.protocol.service_calls import (
    AssistantList,
    ListAssistants,
    ListMemories,
    ListModels,
    MemoryList,
    ModelList,
    ModelRow,
)

_MOST = 150
PAGES = ("gallery", "models", "assistants", "memory", "questions", "settings", "keys")


def stops_from(desk, qtbot, key) -> list[str]:
    """What has the keys one after another, until it is what had them first."""
    met = []
    first = QApplication.focusWidget()
    for _ in range(_MOST):
        widget = QApplication.focusWidget()
        met.append(widget.accessibleName())
        qtbot.keyClick(widget, key)
        if QApplication.focusWidget() is first:
            return met
    return met


@pytest.fixture
def filled(desk, qtbot):
    """A window in which every list has something."""
    picture = PictureRecord(
        id="p",
        thread_id="a",
        message_id="m",
        remote_id="",
        mime_type="image/png",
        path="x.png",
        size_bytes=1,
        created_at=1.0,
        prompt="A tram",
    )
    desk.reader.made = [picture]
    desk.asks.answers[ListAssistants] = AssistantList((Assistant("a", "Tutor"),), "own")
    desk.asks.answers[ListMemories] = MemoryList((StoredMemory(id="m", content="Tea"),), 1)
    desk.asks.answers[ListModels] = ModelList((ModelRow("openai", "gpt-4.1"),))
    desk.wiring.start()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    return desk


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
@pytest.mark.parametrize("page", PAGES)
def test_bar_54_no_page_keeps_the_keys(filled, qtbot, page, key):
    filled.window.pane.show_page(page)
    qtbot.wait(50)
    met = stops_from(filled, qtbot, key)
    assert len(met) < _MOST, "it goes round in a part of the window"
    assert {"Gallery", "Threads", "Settings"} <= set(met)
    shown = filled.window.pane._pages[page].findChildren(QAbstractButton)
    for button in shown:
        is_stop = button.isVisible() and button.isEnabled() and not button.group()
        if is_stop and button.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert button.accessibleName() in met or button.autoExclusive()


def test_bar_54_the_gallery_keeps_no_keys_once_a_picture_was_looked_at(filled, qtbot):
    filled.window.pane.show_page("gallery")
    page = filled.window.pane._pages["gallery"]
    page.grid.choose(0)
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert {"Picture", "Save the picture as a file", "Settings"} <= set(
        stops_from(filled, qtbot, Qt.Key.Key_Tab)
    )
    filled.window.escape_pressed.emit()
    qtbot.waitUntil(page.grid.hasFocus)
    met = stops_from(filled, qtbot, Qt.Key.Key_Tab)
    assert {"Pictures", "All threads", "Gallery", "Threads", "Settings"} <= set(met)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system tells of these keys")
def test_bar_54_shift_f10_opens_the_menu_of_what_has_the_keys(filled, qtbot):
    filled.window.pane.show_page("gallery")
    grid = filled.window.pane._pages["gallery"].grid
    grid.choose(0)
    grid.menu_wanted.disconnect()  # no menu on a screen that cannot show one
    with qtbot.waitSignal(grid.menu_wanted) as asked:
        qtbot.keyClick(grid, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    tile = grid.places.picture(0)
    assert tile.contains(grid.viewport().mapFromGlobal(asked.args[0]))
