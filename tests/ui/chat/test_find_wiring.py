"""Finding in the open thread, by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QRegion

from desktop_app.journal.records import Role, ThreadRecord
from desktop_app.link.messages import MessageSaved
from desktop_app.ui.labels import Label
from tests.ui.conftest import make_message


@pytest.fixture
def finding(desk, qtbot):
    """A thread of 500 messages, in three of which the tram is spoken of, and the bar."""
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1.0, updated_at=2.0)]
    messages = [make_message(number, f"Message {number}", Role.USER) for number in range(500)]
    for number in (3, 450, 499):
        messages[number] = make_message(number, f"The **Tram** of {number}: https://a.example/x")
    desk.reader.written = {"a": messages}
    desk.wiring.start()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    qtbot.keyClick(
        desk.window.pane.composer.field, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier
    )
    return desk


def selected(desk) -> tuple[str, str]:
    chat = desk.window.pane.chat
    chosen = chat._selection
    return (chosen.anchor.message_id, chat.selected_text()) if chosen else ("", "")


def test_bar_34_the_newest_place_is_shown_first_with_its_count(finding, qtbot):
    bar = finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    assert bar.count_words == "3 of 3"
    assert selected(finding) == ("m499", "Tram")


def test_places_that_are_not_loaded_are_read_from_the_journal(finding, qtbot):
    bar = finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    assert finding.store.state.conversation.messages[0].id == "m300"
    back = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, back)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, back)
    assert bar.count_words == "1 of 3"
    assert selected(finding) == ("m3", "Tram")
    assert finding.store.state.conversation.messages[0].id == "m0"
    chat = finding.window.pane.chat
    at = chat._stack.number_of("m3")
    assert chat._stack.top(at) >= chat.verticalScrollBar().value() - 24


class Painted(QObject):
    """Remembers where a widget was painted."""

    def __init__(self, widget):
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, _widget, event):  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            self.region += event.region()
        return False


def test_a_place_that_is_in_sight_already_is_marked_on_the_screen_too(finding, qtbot):
    chat, bar = finding.window.pane.chat, finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    chat.viewport().repaint()
    painted = Painted(chat.viewport())
    bar.field.setText("The Tram")
    place = QPoint(chat.viewport().width() // 2, chat.found_y + 4)
    qtbot.waitUntil(lambda: painted.region.contains(place))
    assert selected(finding) == ("m499", "The Tram")


def test_after_the_last_place_comes_the_first(finding, qtbot):
    bar = finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    qtbot.keyClick(bar.field, Qt.Key.Key_F3)
    assert bar.count_words == "1 of 3"
    qtbot.keyClick(bar.field, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count_words == "3 of 3"


def test_what_stands_nowhere_is_said(finding, qtbot):
    bar = finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    qtbot.keyClicks(bar.field, "xyz")
    assert bar.count_words == "Not found"
    assert selected(finding) == ("", "")


def test_a_closed_bar_leaves_no_ring_in_the_conversation(finding, qtbot):
    chat = finding.window.pane.chat
    assert chat._pressable()
    qtbot.keyClick(finding.wiring.find.bar.field, Qt.Key.Key_Escape)
    assert not chat.hasFocus()
    assert not any(one.is_current for one in map(chat.spoken_part, range(chat.spoken_count())))


def test_the_count_can_be_read_in_the_theme_that_was_chosen_after_it(finding, qtbot):
    bar, look = finding.wiring.find.bar, finding.window.look
    look.pin("light")
    qtbot.keyClicks(bar.field, "tram")
    look.pin("dark")
    picture = bar.findChild(Label).grab().toImage()
    brightest = max(
        picture.pixelColor(x, y).lightness()
        for x in range(picture.width())
        for y in range(picture.height())
    )
    assert brightest > look.colour("dim").lightness() * 0.8


def test_escape_closes_the_bar_and_nothing_else(finding, qtbot):
    bar = finding.wiring.find.bar
    finding.window.toggle_right()
    qtbot.keyClicks(bar.field, "tram")
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert selected(finding) == ("", "")
    assert finding.window.is_right_open


def test_a_message_that_comes_is_counted_and_does_not_move_the_view(finding, qtbot):
    bar = finding.wiring.find.bar
    qtbot.keyClicks(bar.field, "tram")
    qtbot.keyClick(bar.field, Qt.Key.Key_F3)
    message = make_message(600, "Another tram")
    finding.reader.written["a"].append(message)
    finding.store.apply(MessageSaved(message))
    finding.store.tell()
    assert bar.count_words == "1 of 4"
    assert selected(finding)[0] == "m3"


def test_another_thread_closes_the_bar(finding, qtbot):
    qtbot.keyClicks(finding.wiring.find.bar.field, "tram")
    finding.wiring.threads.new_thread()
    assert finding.wiring.find.bar.isHidden()


def test_the_bar_covers_no_place_and_gives_the_keys_back(desk, qtbot):
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1.0, updated_at=2.0)]
    desk.reader.written = {"a": [make_message(1, "The tram", Role.USER)]}
    desk.wiring.start()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    field = desk.window.pane.composer.field
    field.setFocus()
    desk.wiring.find.open()
    bar = desk.wiring.find.bar
    assert bar.y() < 20
    qtbot.keyClicks(bar.field, "tram")
    chat = desk.window.pane.chat
    assert selected(desk) == ("m1", "tram")
    line = chat.found_y
    assert not bar.y() <= line <= bar.y() + bar.height()
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert field.hasFocus()
