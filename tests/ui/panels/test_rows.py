"""Rows of things, as a keyboard goes through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop_app.ui.button import Button
from desktop_app.ui.look import Look
from desktop_app.ui.panels.rows import Action, Rows, RowText

ONE, TWO = RowText("1", "Tea"), RowText("2", "Rex")
GONE = RowText("2", "Rex", is_deleted=True)
ACTIONS = (Action("edit", "edit", "Edit"), Action("delete", "trash", "Delete"))


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def rows(window) -> Rows:
    """Two, between two buttons."""
    look, inner = Look(theme="light", is_calm=True), QWidget(window)
    column = QVBoxLayout(inner)
    column.addWidget(Button(look, inner, text="Before"))
    rows = Rows(look, inner, ACTIONS)
    column.addWidget(rows)
    column.addWidget(Button(look, inner, text="Behind"))
    inner.resize(window.size())
    inner.show()
    rows.show_rows((ONE, TWO))
    return rows


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


def before(rows: Rows) -> Button:
    return next(one for one in rows.window().findChildren(Button) if one.text() == "Before")


def press_tab(qtbot) -> str:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    return focused()


def test_tab_goes_through_rows_where_they_stand_whenever_they_came(rows, qtbot):
    rows.show_rows((TWO, ONE), has_more=True)
    before(rows).setFocus()
    qtbot.waitUntil(rows.row("1").isVisible)
    met = [press_tab(qtbot) for _ in range(6)]
    assert met == ["Edit: Rex", "Delete: Rex", "Edit: Tea", "Delete: Tea", "Show more", "Behind"]


def test_who_deletes_by_keys_can_take_it_back_by_the_same_key(rows, qtbot):
    rows.focus_action("2", "delete", Qt.FocusReason.TabFocusReason)
    rows.acted.connect(lambda key, name: rows.show_rows((ONE, GONE if name == "delete" else TWO)))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert focused() == "Undo: Rex"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert focused() == "Edit: Rex"


def test_keys_on_a_row_that_goes_are_those_of_the_one_in_its_place(rows):
    rows.focus_action("1", "delete", Qt.FocusReason.TabFocusReason)
    rows.show_rows((TWO,))
    assert focused() == "Delete: Rex"


def test_rows_that_are_read_anew_leave_the_keys_where_they_are(rows):
    rows.focus_action("1", "edit", Qt.FocusReason.TabFocusReason)
    rows.show_rows((RowText("0", "New"), RowText("1", "Green tea"), TWO))
    assert focused() == "Edit: Green tea"
    before(rows).setFocus()
    rows.show_rows((TWO,))
    assert focused() == "Before", "nobody's keys are taken"
