"""What is mostly done with a message: offered where it is pointed at, or reached by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QMenu

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.ui.button import Button
from tests.ui.chat.conftest import in_sight, press
from tests.ui.conftest import make_message

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen

ASKED = make_message(1, "Why?", Role.USER, status=MessageStatus.SENT)
ANSWER = make_message(2, "**So.**")


@pytest.fixture
def talk(chat):
    chat.show_messages("a", (ASKED, ANSWER), has_older=False)
    return chat


def point_at(chat, number: int) -> None:
    place = QPointF(chat.width() / 2, 24 + chat._stack.top(number) + 4)
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QGuiApplication.sendEvent(
        chat.viewport(), QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, keys)
    )


def offered(chat) -> list[str]:
    buttons = chat.offered.findChildren(Button)
    return [one.accessibleName() for one in buttons if one.isVisible()]


def button(chat, says: str) -> Button:
    return next(one for one in chat.offered.findChildren(Button) if one.accessibleName() == says)


def menu_words(chat) -> list[str]:
    [menu] = [one for one in chat.findChildren(QMenu) if one.isVisible()]
    words = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    QGuiApplication.sendPostedEvents(menu, QEvent.Type.DeferredDelete)
    return words


@pytest.mark.parametrize(
    ("number", "steps"), [(0, ["Copy", "Edit and send again"]), (1, ["Copy", "Ask again"])]
)
def test_what_is_mostly_done_stands_below_the_message_that_is_pointed_at(talk, number, steps):
    assert talk.offered.isHidden()
    point_at(talk, number)
    assert talk.offered.isVisible()
    assert offered(talk)[:-1] == steps
    row_end = 24 + talk._stack.top(number + 1)
    assert talk.offered.geometry().bottom() + 1 == row_end
    assert talk.viewport().rect().contains(talk.offered.geometry())


def test_it_is_copied_edited_and_asked_again_by_a_click(talk):
    told = []
    talk.step_requested.connect(lambda kind, message_id: told.append((kind, message_id)))
    point_at(talk, 1)
    assert talk.offered.isVisible()
    button(talk, "Ask again").click()
    point_at(talk, 0)
    assert button(talk, "Edit and send again").isVisible()
    button(talk, "Edit and send again").click()
    assert told == [("again", "m2"), ("edit", "m1")]
    button(talk, "Copy").click()
    assert QGuiApplication.clipboard().text() == "Why?"
    assert talk.copied.isVisible()


def test_nothing_is_offered_of_a_reply_that_is_being_written(chat):
    growing = make_message(2, "So", status=MessageStatus.STREAMING)
    chat.show_messages("a", (ASKED, growing), has_older=False)
    point_at(chat, 1)
    assert chat.offered.isHidden()


def test_what_scrolls_away_from_the_pointer_is_offered_no_more(chat):
    many = tuple(make_message(number, "So.\n\n" * 9) for number in range(1, 9))
    chat.show_messages("a", many, has_older=False)
    chat.verticalScrollBar().setValue(0)
    point_at(chat, 0)
    assert chat.offered.isVisible()
    chat.verticalScrollBar().setValue(60)
    assert chat.offered.isHidden()


def test_bar_54_the_menu_of_each_message_is_reached_by_tab(talk, qtbot):
    talk.setFocus(Qt.FocusReason.TabFocusReason)
    assert in_sight(talk) == [], "nothing else can be pressed here"
    qtbot.keyClick(talk, Qt.Key.Key_Tab)
    assert talk.offered.isVisible()
    qtbot.keyClick(talk, Qt.Key.Key_Return)
    assert "Edit and send again" in menu_words(talk)
    qtbot.keyClick(talk, Qt.Key.Key_Tab)
    qtbot.keyClick(talk, Qt.Key.Key_Return)
    assert "Details of this turn" in menu_words(talk)


def test_the_key_of_menus_is_about_the_message_that_was_reached_else_the_last_one(talk, qtbot):
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QGuiApplication.sendEvent(talk, asked)
    assert "Details of this turn" in menu_words(talk)
    talk.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(talk, Qt.Key.Key_Tab)
    QGuiApplication.sendEvent(talk, asked)
    assert "Edit and send again" in menu_words(talk)


def test_code_that_was_copied_says_so_for_a_moment(chat, qtbot):
    chat.show_messages("a", (make_message(1, "```\nx\n```"),), has_older=False)
    press(chat, qtbot, "copy")
    assert QGuiApplication.clipboard().text() == "x"
    assert chat.copied.isVisible()
    assert chat.rect().contains(chat.copied.geometry())
    chat.copied._time.timeout.emit()
    assert chat.copied.isHidden()
