"""The window: what its first frame needs, its panes, its end."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QMenu

from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow


def test_the_first_frame_needs_no_wire_no_loop_no_network():
    script = (
        "import os, sys\n"
        "from PySide6.QtCore import QEventLoop, QSettings\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from desktop_app.ui.look import Look\n"
        "from desktop_app.ui.main_window import MainWindow\n"
        "qt = QApplication([])\n"
        "window = MainWindow(Look(), QSettings())\n"
        "frame = QEventLoop()\n"
        "window.painted.connect(frame.quit)\n"
        "window.show()\n"
        "frame.exec()\n"
        "late = {'asyncio', 'msgspec', 'qasync', 'httpx', 'numpy', 'sqlite3', 'sounddevice'}\n"
        "print(sorted(late & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_closing_is_asked_for_and_done_from_outside(desk, qtbot):
    with qtbot.waitSignal(desk.window.close_requested):
        desk.window.close()
    assert desk.window.isVisible()


def test_places_are_remembered(desk, look, memory, qtbot):
    desk.window.resize(770, 530)
    desk.window.toggle_right()
    desk.window.keep_places()
    again = MainWindow(look, memory)
    qtbot.addWidget(again)
    assert again.size() == QSize(770, 530)
    assert again.is_right_open
    assert not again.is_left_open


def test_menus_have_letters_of_the_wanted_size(memory, qtbot):
    window = MainWindow(Look(theme="light", text_percent=200), memory)
    qtbot.addWidget(window)
    window.furnish()
    menu = QMenu(window.pane.header)
    menu.ensurePolished()
    assert menu.fontInfo().pixelSize() == 26


def test_a_narrow_window_opens_one_side_at_a_time(desk):
    desk.window.resize(760, 520)
    assert not desk.window.is_left_open
    desk.window.toggle_left()
    desk.window.toggle_right()
    assert desk.window.is_right_open
    assert not desk.window.is_left_open
    desk.window.close_overlays()
    assert desk.window.pane.width() == 760


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_a_side_over_the_conversation_has_the_keyboard_until_it_goes(desk, qtbot):
    window = desk.window
    window.resize(760, 520)
    window.activateWindow()
    window.pane.composer.setFocus()
    field = QApplication.focusWidget()
    assert window.pane.composer.isAncestorOf(field)
    window.toggle_left()
    assert QApplication.focusWidget() is window.threads.list
    window.toggle_right()
    assert QApplication.focusWidget() is window.side.tabs
    window.escape_pressed.emit()
    assert not window.has_overlay
    assert QApplication.focusWidget() is field
    window.toggle_left()
    window.escape_pressed.emit()
    assert (window.is_left_open, QApplication.focusWidget()) == (False, field)
    window.resize(1280, 800)
    window.toggle_right()
    assert QApplication.focusWidget() is field, "beside the conversation it takes nothing away"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_over_the_conversation_gives_way_to_what_is_typed_into_the_message(
    desk, qtbot, side
):
    window = desk.window
    window.resize(760, 520)
    window.activateWindow()
    (window.toggle_left if side == "left" else window.toggle_right)()
    assert window.has_overlay
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z)
    assert not window.has_overlay
    assert window.pane.composer.text == "z"
    assert QApplication.focusWidget() is window.pane.composer.field


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_a_side_that_is_hidden_gives_the_keyboard_to_the_message_in_a_wide_window_too(desk):
    window = desk.window
    window.resize(1280, 800)
    window.activateWindow()
    window.toggle_right()
    window.side.tabs.setFocus()
    window.toggle_right()
    assert QApplication.focusWidget() is window.pane.composer.field
    window.toggle_right()
    window.side.tabs.setFocus()
    window.toggle_left()
    assert QApplication.focusWidget() is window.side.tabs, "it is still there"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_can_be_changed_while_open(desk, look, theme):
    look.pin(theme)
    image = desk.window.pane.grab().toImage()
    assert image.pixelColor(2, 100).name() == look.tokens.background


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_a_window_fits_a_small_screen(desk):
    screen = QRect(0, 0, 640, 440)
    desk.window.fit(screen)
    assert screen.contains(desk.window.frameGeometry())
    assert desk.window.frameGeometry().size() == screen.size()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_a_window_that_hangs_out_of_the_screen_is_moved_in(desk):
    screen = QRect(0, 0, 1280, 800)
    desk.window.resize(800, 600)
    desk.window.move(900, 500)
    desk.window.fit(screen)
    assert desk.window.size() == QSize(800, 600)
    assert screen.contains(desk.window.frameGeometry())
