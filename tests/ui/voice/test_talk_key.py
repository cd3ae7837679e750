"""The talk key, wherever the focus is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QWidget

from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.look import Look
from desktop_app.ui.voice import talk_key
from desktop_app.ui.voice.talk_key import TalkKey


class Watching(TalkKey):
    """Remembers whose events it saw."""

    def __init__(self, window: QWidget, composer: Composer) -> None:
        super().__init__(window, composer)
        self.seen: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.seen.append(watched)
        return super().eventFilter(watched, event)


class Painted(QWidget):
    """Something in it may be chosen that Space presses."""

    is_pressed_by_space = False


class Desk(QWidget):
    """A window with a composer, something that is only read, and something that Space presses."""

    def __init__(self) -> None:
        super().__init__()
        self.composer = Composer(Look(theme="light", is_calm=True), self)
        self.read = Painted(self)
        self.read.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box = QCheckBox(self)
        self.key = Watching(self, self.composer)
        self.told: list[str] = []
        self.key.begun.connect(lambda: self.told.append("begun"))
        self.key.ended.connect(lambda: self.told.append("ended"))


@pytest.fixture
def desk(qtbot) -> Desk:
    desk = Desk()
    qtbot.addWidget(desk)
    desk.resize(400, 300)
    desk.show()
    desk.key.watch()
    desk.activateWindow()
    qtbot.waitUntil(desk.isActiveWindow, timeout=2000)
    return desk


@pytest.mark.parametrize("name", ["read", "composer"])
def test_space_talks_while_it_is_down(desk, qtbot, name):
    part = desk.composer.field if name == "composer" else desk.read
    part.setFocus()
    qtbot.keyPress(part, Qt.Key.Key_Space)
    assert desk.told == ["begun"]
    qtbot.keyRelease(part, Qt.Key.Key_Space)
    assert desk.told == ["begun", "ended"]


def test_a_key_that_went_down_elsewhere_is_let_go_where_the_focus_is_now(desk, qtbot):
    desk.read.setFocus()
    qtbot.keyPress(desk.read, Qt.Key.Key_Space)
    desk.composer.field.setFocus()
    qtbot.keyRelease(desk.composer.field, Qt.Key.Key_Space)
    assert desk.told == ["begun", "ended"]


@pytest.mark.parametrize("mode", ["hold", "toggle", "tap_lock"])
def test_a_held_key_that_x11_repeats_as_new_presses_is_pressed_once(qtbot, monkeypatch, mode):
    monkeypatch.setattr(talk_key, "_repeats_as_new_presses", lambda: True)
    monkeypatch.setattr(talk_key, "TAP_S", 60.0)
    desk = Desk()
    qtbot.addWidget(desk)
    desk.show()
    desk.activateWindow()
    qtbot.waitUntil(desk.isActiveWindow, timeout=2000)
    desk.key.watch()
    desk.key.toggled.connect(lambda: desk.told.append("toggled"))
    desk.key.mode = mode
    desk.read.setFocus()
    qtbot.keyPress(desk.read, Qt.Key.Key_Space)
    for _ in range(30):
        qtbot.keyRelease(desk.read, Qt.Key.Key_Space)
        qtbot.keyPress(desk.read, Qt.Key.Key_Space)
    begun = ["begun"] if mode == "hold" else ["toggled"]
    assert desk.told == begun
    qtbot.keyRelease(desk.read, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not desk.key.is_down, timeout=2000)
    assert desk.told == (["begun", "ended"] if mode == "hold" else ["toggled"])


def test_space_presses_a_button_that_has_the_focus(desk, qtbot):
    desk.box.setFocus()
    qtbot.keyClick(desk.box, Qt.Key.Key_Space)
    assert desk.told == []
    assert desk.box.isChecked()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_an_open_drop_down_keeps_space_to_itself(desk, qtbot):
    choice = QComboBox(desk)
    choice.addItems(["one", "two"])
    choice.show()
    choice.setFocus()
    choice.showPopup()
    lines = choice.view()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is lines, timeout=2000)
    qtbot.keyClick(lines, Qt.Key.Key_Space)
    assert desk.told == []
    choice.hidePopup()


def test_space_presses_what_was_chosen_in_a_painted_place(desk, qtbot):
    desk.read.setFocus()
    desk.read.is_pressed_by_space = True
    qtbot.keyClick(desk.read, Qt.Key.Key_Space)
    assert desk.told == []


def test_the_window_hears_keys_once_what_had_the_focus_is_gone(desk, qtbot):
    desk.read.setFocus()
    with qtbot.waitSignal(desk.read.destroyed):
        desk.read.deleteLater()
    desk.setFocus()
    qtbot.keyPress(desk, Qt.Key.Key_Space)
    qtbot.keyRelease(desk, Qt.Key.Key_Space)
    assert desk.told == ["begun", "ended"]


def test_events_of_widgets_out_of_focus_do_not_pass_through_python(desk):
    for part in (desk.box, desk.read):
        part.setFocus()
    desk.key.seen.clear()
    desk.read.resize(90, 20)
    desk.box.resize(80, 20)
    assert set(desk.key.seen) == {desk.read}
