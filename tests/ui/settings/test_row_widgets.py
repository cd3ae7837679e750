"""Widgets of single settings, with the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.languages import VARIABLE
from desktop_app.settings import Settings
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import Choice, RowWidget
from desktop_app.ui.settings.setting_table import SettingRow
from desktop_app.ui.window_language import WindowLanguage


@pytest.fixture
def parent(qtbot):
    found = QWidget()
    qtbot.addWidget(found)
    return found


@pytest.fixture
def choice(parent):
    found = Choice(Look(theme="light", is_calm=True), parent)
    for words in ("Never", "After a day", "After a week"):
        found.addItem(words)
    parent.show()
    return found


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_space_takes_the_row_of_an_open_list_as_enter_does(choice, qtbot, key):
    taken: list[int] = []
    choice.activated.connect(taken.append)
    choice.showPopup()
    qtbot.keyClick(choice.view(), Qt.Key.Key_Down)
    qtbot.keyClick(choice.view(), key)
    assert (choice.currentText(), taken) == ("After a day", [1])
    assert not choice.view().isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_space_on_a_row_that_cannot_be_chosen_leaves_the_list_as_it_was(choice, qtbot):
    choice.model().item(1).setEnabled(False)
    choice.showPopup()
    choice.view().setCurrentIndex(choice.model().index(1, 0))
    qtbot.keyClick(choice.view(), Qt.Key.Key_Space)
    assert choice.currentText() == "Never"


@pytest.mark.parametrize(("language", "shown"), [("en", "100%"), ("de", "100 %"), ("ar", "100%")])
def test_a_share_is_written_as_in_every_other_place(parent, qapp, monkeypatch, language, shown):
    monkeypatch.setenv(VARIABLE, "")  # what is spoken is left there
    row = SettingRow("appearance.text_size", "Size of letters", unit="%")
    spoken = WindowLanguage(qapp)
    try:
        spoken.use(language)
        control = RowWidget(Look(theme="light"), parent, row, Settings()).control
        assert control.text() == shown
    finally:
        spoken.use("en")
