"""What a person does with the thread list, by clicks and keys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from desktop_app.journal.records import ThreadRecord
from desktop_app.link.messages import PressTalk
from desktop_app.link.thread_messages import (
    DeleteThread,
    MarkThread,
    PinThread,
    RenameThread,
    RestoreThread,
    ThreadSaved,
)

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen


@pytest.fixture
def listed(desk):
    """Threads a to d, a open."""
    desk.reader.known = [
        ThreadRecord(id=name, title=title, created_at=1.0, updated_at=9.0 - number)
        for number, (name, title) in enumerate(
            (("a", "Lisbon"), ("b", "Porto"), ("c", "Faro"), ("d", "Braga"))
        )
    ]
    desk.wiring.start()
    desk.sent.clear()
    return desk


def click(desk, qtbot, thread_id, modifiers=NONE, button=Qt.MouseButton.LeftButton):
    view = desk.window.threads.list
    place = view.visualRect(index_of(desk, thread_id)).center()
    qtbot.mouseClick(view.viewport(), button, modifiers, place)


def index_of(desk, thread_id):
    rows = desk.wiring.threads._rows
    return rows.index(rows.number_of(thread_id))


def press(desk, qtbot, key, modifiers=NONE):
    qtbot.keyClick(desk.window.threads.list, key, modifiers)


def shown(desk) -> list[str]:
    rows = desk.wiring.threads._rows
    return [rows.row(rows.index(number)).title for number in range(rows.rowCount())]


def chosen(desk) -> list[str]:
    return [row.thread_id for row in desk.window.threads.chosen()]


def opened(desk) -> str:
    return desk.store.state.conversation.thread_id


def active(desk, qtbot):
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)


def in_menu(desk, name):
    desk.window.threads.list.menu_wanted.emit(desk.window.mapToGlobal(desk.window.rect().center()))
    menu = desk.window.threads.findChildren(QMenu)[-1]
    action = next(one for one in menu.actions() if one.text() == name)
    action.trigger()
    menu.close()


def test_a_click_opens_and_choosing_several_does_not(listed, qtbot):
    click(listed, qtbot, "b")
    click(listed, qtbot, "c", CTRL)
    click(listed, qtbot, "d", SHIFT)
    assert opened(listed) == "b"
    assert chosen(listed) == ["b", "c", "d"]
    click(listed, qtbot, "c", CTRL)
    assert chosen(listed) == ["b", "d"]


def test_enter_opens_where_the_arrows_went(listed, qtbot):
    press(listed, qtbot, Qt.Key.Key_Down)
    assert opened(listed) == "a"
    press(listed, qtbot, Qt.Key.Key_Return)
    assert opened(listed) == "b"


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_whoever_opens_a_thread_writes_and_talks_in_it(listed, qtbot, way):
    active(listed, qtbot)
    view = listed.window.threads.list
    view.setFocus()
    if way == "click":
        click(listed, qtbot, "b")
    else:
        press(listed, qtbot, Qt.Key.Key_Down)
        press(listed, qtbot, Qt.Key.Key_Return)
    field = listed.window.pane.composer.field
    assert (opened(listed), QApplication.focusWidget()) == ("b", field)


def test_the_arrows_stay_in_the_list_where_typing_and_space_are_for_the_conversation(listed, qtbot):
    active(listed, qtbot)
    view, composer = listed.window.threads.list, listed.window.pane.composer
    view.setFocus()
    press(listed, qtbot, Qt.Key.Key_Down)
    assert (chosen(listed), QApplication.focusWidget()) == (["b"], view)
    press(listed, qtbot, Qt.Key.Key_Space)
    assert listed.sent_of(PressTalk) == [PressTalk("a")]
    qtbot.keyClicks(view, "f")
    assert (composer.text, QApplication.focusWidget()) == ("f", composer.field)
    assert opened(listed) == "a"


def test_backspace_deletes_no_thread(listed, qtbot):
    click(listed, qtbot, "b")
    press(listed, qtbot, Qt.Key.Key_Backspace)
    assert listed.sent_of(DeleteThread) == []


def test_all_are_deleted_by_two_keys_and_come_back_by_one_undo(listed, qtbot):
    press(listed, qtbot, Qt.Key.Key_A, CTRL)
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert listed.sent_of(DeleteThread) == [DeleteThread(name) for name in "abcd"]
    assert listed.store.state.threads == ()
    notices = listed.window.pane.notices
    assert notices.sentence.startswith("4 threads were deleted. ")
    qtbot.mouseClick(notices._step, Qt.MouseButton.LeftButton)
    assert listed.sent_of(RestoreThread) == [RestoreThread(name) for name in "abcd"]
    assert shown(listed)[1:] == ["Lisbon", "Porto", "Faro", "Braga"]
    assert opened(listed) == "a"
    assert notices.sentence == ""


def test_what_is_deleted_in_a_row_has_one_undo(listed, qtbot):
    click(listed, qtbot, "c")
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert opened(listed) == "d"
    click(listed, qtbot, "a")
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert listed.window.pane.notices.sentence.startswith("2 threads were deleted. ")
    qtbot.mouseClick(listed.window.pane.notices._step, Qt.MouseButton.LeftButton)
    assert shown(listed)[1:] == ["Lisbon", "Porto", "Faro", "Braga"]


def test_what_becomes_of_a_thread_at_its_service_is_said_with_its_undo(listed, qtbot):
    said = listed.window.pane.notices
    found = replace(listed.store.state.threads[-1], remote_id="d")
    assert found.is_found
    listed.store.apply(ThreadSaved(found))
    listed.store.tell()
    click(listed, qtbot, "c")
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert said.sentence == "“Faro” was deleted. The next start deletes it at the service too."
    click(listed, qtbot, "d")
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert said.sentence == (
        "2 threads were deleted. The next start deletes them at the service, for other programs "
        "too."
    )
    listed.wiring.threads.deletion.undo()
    assert said.sentence == ""
    click(listed, qtbot, "d")
    press(listed, qtbot, Qt.Key.Key_Delete)
    assert said.sentence.endswith("deletes it at the service, for other programs too.")


def test_after_its_time_a_deletion_stays(listed, qtbot):
    click(listed, qtbot, "c")
    press(listed, qtbot, Qt.Key.Key_Delete)
    listed.wiring.threads.deletion._time.timeout.emit()
    assert listed.window.pane.notices.sentence == ""
    listed.wiring.threads.deletion.undo()
    assert listed.sent_of(RestoreThread) == []


@pytest.mark.parametrize("way", ["F2", "double click", "menu"])
def test_a_thread_is_renamed_in_its_place(listed, qtbot, way):
    view = listed.window.threads.list
    click(listed, qtbot, "b")
    if way == "F2":
        press(listed, qtbot, Qt.Key.Key_F2)
    elif way == "menu":
        in_menu(listed, "Rename")
    else:
        place = view.visualRect(index_of(listed, "b")).center()
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    field = view.viewport().findChild(QLineEdit)
    assert field.text() == "Porto"
    field.selectAll()
    qtbot.keyClicks(field, "Douro")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: listed.sent_of(RenameThread) == [RenameThread("b", "Douro")])
    assert "Douro" in shown(listed)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_open_thread_is_renamed_while_one_writes(listed, qtbot, end):
    click(listed, qtbot, "b")
    listed.window.toggle_left()
    composer = listed.window.pane.composer.field
    composer.setFocus()
    qtbot.keyClick(composer, Qt.Key.Key_F2)
    field = listed.window.threads.list.viewport().findChild(QLineEdit)
    assert field.text() == "Porto"
    assert field.hasFocus()
    listed.wiring.threads._rename_open()  # the key once more
    assert listed.window.threads.list.viewport().findChildren(QLineEdit) == [field]
    qtbot.keyClicks(field, "Douro")  # the whole title was selected
    qtbot.keyClick(field, end)
    qtbot.waitUntil(composer.hasFocus)
    wanted = [RenameThread("b", "Douro")] if end == Qt.Key.Key_Return else []
    assert listed.sent_of(RenameThread) == wanted


def test_a_thread_that_is_not_listed_yet_has_no_title_to_change(listed, qtbot):
    listed.wiring.threads.new_thread()
    composer = listed.window.pane.composer.field
    qtbot.keyClick(composer, Qt.Key.Key_F2)
    assert listed.window.threads.list.viewport().findChild(QLineEdit) is None
    assert composer.hasFocus()


def test_a_pinned_thread_stands_on_top_until_it_is_unpinned(listed, qtbot):
    click(listed, qtbot, "c")
    in_menu(listed, "Pin to the top")
    assert listed.sent_of(PinThread) == [PinThread("c", True)]
    assert shown(listed)[:2] == ["Pinned", "Faro"]
    assert chosen(listed) == ["c"]
    in_menu(listed, "Unpin")
    assert listed.sent_of(PinThread)[-1] == PinThread("c", False)
    assert shown(listed)[3] == "Faro"


def test_what_is_marked_unread_is_read_when_it_is_opened(listed, qtbot):
    click(listed, qtbot, "b")
    in_menu(listed, "Mark as unread")
    assert listed.sent_of(MarkThread) == [MarkThread("b", True)]
    role = Qt.ItemDataRole.AccessibleTextRole
    assert ", unread, " in index_of(listed, "b").data(role)
    click(listed, qtbot, "a")
    click(listed, qtbot, "b")
    assert "unread" not in index_of(listed, "b").data(role)


def test_control_tab_walks_through_the_threads(listed, qtbot):
    active(listed, qtbot)
    field = listed.window.pane.composer.field
    qtbot.keyClick(field, Qt.Key.Key_Tab, CTRL)
    assert opened(listed) == "b"
    qtbot.keyClick(field, Qt.Key.Key_Backtab, CTRL | SHIFT)
    qtbot.keyClick(field, Qt.Key.Key_Backtab, CTRL | SHIFT)
    assert opened(listed) == "d"


def test_news_of_a_thread_do_not_move_the_persons_place_in_the_list(listed, qtbot):
    press(listed, qtbot, Qt.Key.Key_Down)
    press(listed, qtbot, Qt.Key.Key_Down)
    news = ThreadRecord(id="d", title="Braga", created_at=1.0, updated_at=99.0, is_unread=True)
    listed.store.apply(ThreadSaved(news))
    listed.store.tell()
    assert shown(listed)[1] == "Braga"
    assert chosen(listed) == ["c"]


def test_no_row_looks_open_while_a_new_thread_is(listed, qtbot):
    assert chosen(listed) == ["a"]
    listed.window.new_requested.emit()
    assert chosen(listed) == []
    click(listed, qtbot, "b", CTRL)
    listed.store.apply(ThreadSaved(replace(listed.reader.known[3], updated_at=20.0)))
    listed.store.tell()
    assert chosen(listed) == ["b"], "what a person chose meanwhile stays chosen"
