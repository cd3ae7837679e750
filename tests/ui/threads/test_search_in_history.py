"""Searching the whole history, by keys and chips."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.journal.records import Role, SearchHit, ThreadRecord
from desktop_app.journal.search_query import SearchWish
from desktop_app.ui.threads.filter_chips import with_wish
from tests.fakes.layout_rules import faults_in
from tests.ui.conftest import make_message, run_at_once


@pytest.fixture
def searching(desk, qtbot):
    """A thread of 500 messages with a hit far from its end; another one is open."""
    desk.reader.known = [
        ThreadRecord(id="b", title="Porto", created_at=1.0, updated_at=3.0),
        ThreadRecord(id="a", title="Lisbon", created_at=1.0, updated_at=2.0),
    ]
    messages = [make_message(number, f"Message {number}", Role.USER) for number in range(500)]
    messages[30] = make_message(30, "Take the tram, line 28")
    desk.reader.written = {"a": messages}
    desk.reader.hits = [SearchHit("a", "m30", "the \x02tram\x03, line", 1.0, "Lisbon")]
    desk.wiring.start()
    desk.window.threads.focus_search()
    return desk


def typed(desk, qtbot, text):
    asked = desk.window.threads.search_changed
    with qtbot.waitSignal(asked, check_params_cb=lambda asked_text: asked_text == text):
        qtbot.keyClicks(desk.window.threads.search, text)


def test_bar_34_the_first_key_is_looked_for_at_once_and_quick_ones_together(searching, qtbot):
    asked = []
    searching.window.threads.search_changed.connect(asked.append)
    searching.window.threads.search.insert("t")
    assert asked == ["t"]
    for key in "ram":
        searching.window.threads.search.insert(key)
    assert asked == ["t"]
    qtbot.waitUntil(lambda: asked[-1] == "tram")
    assert asked == ["t", "tram"]


def test_bar_34_enter_opens_the_thread_at_the_message_and_marks_the_words(searching, qtbot):
    typed(searching, qtbot, "tram")
    qtbot.keyClick(searching.window.threads.search, Qt.Key.Key_Return)
    chat = searching.window.pane.chat
    assert searching.store.state.conversation.thread_id == "a"
    assert chat.selected_text() == "tram"
    assert chat._anchor[0] in ("m29", "m30", "m28", "m27", "m26", "m25", "m24", "m23", "m22")
    assert not chat.is_following


def test_a_hit_in_the_open_thread_is_shown_though_it_is_not_loaded(searching, qtbot):
    searching.wiring.threads.open_thread("a")
    typed(searching, qtbot, "tram")
    qtbot.keyClick(searching.window.threads.search, Qt.Key.Key_Return)
    assert searching.window.pane.chat.selected_text() == "tram"


def chosen_rows(desk):
    view, rows = desk.window.threads.list, desk.wiring.threads._rows
    return [rows.row(index).key for index in view.selectedIndexes()]


def test_no_message_found_in_the_open_thread_is_chosen_by_itself(searching, qtbot):
    searching.wiring.threads.open_thread("a")
    assert chosen_rows(searching) == [("a", "")]
    typed(searching, qtbot, "tram")
    assert [row.key for row in rows_of(searching)] == [("a", "m30")]
    assert chosen_rows(searching) == []


def test_the_open_thread_is_chosen_among_those_found_by_their_titles(searching, qtbot):
    searching.wiring.threads.open_thread("a")
    typed(searching, qtbot, "lisbon")
    assert [row.key for row in rows_of(searching)] == [("a", ""), ("a", "m30")]
    assert chosen_rows(searching) == [("a", "")]


def rows_of(desk):
    rows = desk.wiring.threads._rows
    shown = [rows.row(rows.index(number)) for number in range(rows.rowCount())]
    return [row for row in shown if not row.is_heading]


def test_threads_are_filtered_by_their_titles_in_the_whole_journal(searching, qtbot):
    searching.reader.known += [
        ThreadRecord(id=f"x{number}", title=f"Old {number}", created_at=1.0, updated_at=0.5)
        for number in range(300)
    ]
    typed(searching, qtbot, "old 299")
    rows = searching.wiring.threads._rows
    assert rows.first_found().thread_id == "x299"


@pytest.mark.parametrize("way", ["title", "words"])
def test_a_thread_that_the_list_has_not_come_to_has_its_title(searching, qtbot, way):
    searching.reader.known += [
        ThreadRecord(id=f"x{number}", title=f"Old {number}", created_at=1.0, updated_at=0.5)
        for number in range(300)
    ]
    searching.wiring.threads.open_thread("b")
    searching.reader.hits = [SearchHit("x299", "m1", "an \x02old\x03 word", 1.0, "Old 299")]
    searching.reader.written["x299"] = [make_message(1, "an old word")]
    typed(searching, qtbot, "old 299" if way == "title" else "word")
    if way == "words":
        assert searching.wiring.threads._rows.first_found().message_id == "m1"
    qtbot.keyClick(searching.window.threads.search, Qt.Key.Key_Return)
    assert searching.store.state.conversation.thread_id == "x299"
    assert searching.window.pane.header._title.text == "Old 299"
    assert "x299" not in [one.id for one in searching.store.state.threads]
    searching.wiring.threads.deletion.delete(("x299",))
    assert "“Old 299” was deleted." in searching.window.pane.notices.sentence


@pytest.mark.parametrize("is_titles_first", [True, False])
def test_titles_and_words_are_shown_together_whichever_came_first(
    searching, monkeypatch, qtbot, is_titles_first
):
    searching.reader.known.append(ThreadRecord(id="c", title="Trams", created_at=1, updated_at=1))
    threads, looked_for = searching.wiring.threads, []
    monkeypatch.setattr(threads, "_run", lambda work, _name: looked_for.append(work))
    searching.window.threads.search.insert("tram")
    first, last = looked_for if is_titles_first else reversed(looked_for)
    before = [row.key for row in threads._rows._rows]
    run_at_once(first, "first")
    assert [row.key for row in threads._rows._rows] == before
    run_at_once(last, "last")
    shown = [(row.thread_id, row.message_id) for row in threads._rows._rows if row.thread_id]
    assert shown == [("c", ""), ("a", "m30")]


def test_what_is_deleted_leaves_what_was_found_and_comes_back_to_it(searching, qtbot):
    searching.reader.known.append(ThreadRecord(id="c", title="Trams", created_at=1, updated_at=1))
    typed(searching, qtbot, "tram")
    rows, deletion = searching.wiring.threads._rows, searching.wiring.threads.deletion
    assert [row.thread_id for row in rows._rows if row.thread_id] == ["c", "a"]
    deletion.delete(("c",))
    assert [row.thread_id for row in rows._rows if row.thread_id] == ["a"]
    deletion.delete(("a",))
    assert rows.first_found() is None
    searching.window.threads._look_for_text()
    assert rows.first_found() is None, "the engine has not taken it out of the journal yet"
    deletion.undo()
    assert [row.thread_id for row in rows._rows if row.thread_id] == ["c", "a"]


def test_bar_34_a_chip_puts_its_wish_into_the_search(searching, qtbot):
    chips = searching.window.threads.chips
    assert chips.isVisible()
    chip = chips._chips["is:spoken"]
    with qtbot.waitSignal(searching.window.threads.search_changed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert searching.window.threads.search.text() == "is:spoken"
    assert chip.isChecked()
    assert searching.reader.wishes[-1] == SearchWish(is_spoken=True)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert searching.window.threads.search.text() == ""
    assert not chip.isChecked()


def test_chips_go_when_nothing_is_looked_for(searching, qtbot):
    threads = searching.window.threads
    threads.list.setFocus()
    assert not threads.chips.isVisible()
    threads.focus_search()
    assert threads.chips.isVisible()
    searching.window.pane.composer.field.setFocus()
    assert not threads.chips.isVisible()


@pytest.mark.parametrize(
    ("text", "wish", "after"),
    [
        ("tram", "is:spoken", "tram is:spoken"),
        ("tram is:spoken line", "is:spoken", "tram line"),
        ("from:me x", "from:parley", "x from:parley"),
        ("", "has:picture", "has:picture"),
    ],
)
def test_wishes_are_toggled_in_the_text(text, wish, after):
    assert with_wish(text, wish) == after


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
def test_what_was_looked_for_is_marked_wherever_reading_begins(searching, qtbot, qapp, direction):
    typed(searching, qtbot, "tram")
    threads, look = searching.window.threads, searching.window.look
    qtbot.waitUntil(lambda: threads._rows.first_found() is not None)
    threads.list.setCurrentIndex(QModelIndex())
    threads.list.setLayoutDirection(direction)
    picture = threads.list.grab().toImage()
    marked = [
        x
        for y in range(picture.height())
        for x in range(picture.width())
        if picture.pixelColor(x, y) == look.colour("selection")
    ]
    assert marked
    assert (min(marked) > picture.width() / 2) is (direction is Qt.LayoutDirection.RightToLeft)


def test_what_is_not_found_is_named_in_full(searching, qtbot):
    searching.reader.known, searching.reader.hits = [], []
    long = "something that nobody ever wrote in here"
    typed(searching, qtbot, long)
    said = [one for one in searching.window.threads.findChildren(QLabel) if long in one.text()]
    assert [one.isVisible() for one in said] == [True]
    searching.window.threads.layout().activate()
    assert faults_in(searching.window.threads) == []


def test_a_thread_that_is_pressed_while_chips_are_shown_stays_under_the_pointer(
    searching, qtbot, monkeypatch
):
    threads = searching.window.threads
    searching.window.activateWindow()
    qtbot.waitUntil(searching.window.isActiveWindow)
    threads.focus_search()
    assert threads.chips.isVisible()
    view = threads.list
    number = next(
        n
        for n in range(view.model().rowCount())
        if view.model().row(view.model().index(n)).is_thread
    )
    place = view.visualRect(view.model().index(number)).center()
    before = view.y()
    with qtbot.waitSignal(threads.thread_chosen):
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        monkeypatch.setattr(QApplication, "mouseButtons", lambda: left)  # tests press no real one
        qtbot.mousePress(view.viewport(), left, pos=place)
        view.setFocus(Qt.FocusReason.MouseFocusReason)  # as the press of a pointer does
        threads.layout().activate()
        assert view.y() == before
        monkeypatch.setattr(QApplication, "mouseButtons", lambda: none)
        qtbot.mouseRelease(view.viewport(), left, pos=place)
    assert not threads.chips.isVisible()
