"""Where people read from the right, the whole window stands the other way round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.panels.rows import wrapped
from desktop_app.ui.wording import apart
from tests.ui.conftest import make_message


@pytest.fixture
def from_the_right(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def mirrored_desk(from_the_right, desk):
    return desk


def test_the_threads_stand_at_the_right_and_details_at_the_left(mirrored_desk):
    window = mirrored_desk.window
    assert window.threads.geometry().right() == window.width() - 1
    window.toggle_right()
    assert window.side.geometry().left() == 0
    assert window.pane.geometry().right() < window.threads.geometry().left()


def test_the_first_tab_stands_at_the_right_and_the_arrow_keys_follow(mirrored_desk, qtbot):
    window = mirrored_desk.window
    window.toggle_right()
    tabs = window.side.tabs
    assert tabs.box(0).left() > tabs.box(1).right()
    qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert window.side.tab == "Images"


@pytest.mark.parametrize("show", ["show_plain", "show_markdown"])
def test_each_paragraph_has_the_direction_of_its_own_words(from_the_right, look, show):
    block = TextBlock(look)
    getattr(block, show)("An English answer.\n\nعربي", 400)
    lines = {}
    paragraph = block.document.begin()
    while paragraph.isValid():
        if paragraph.text():
            lines[paragraph.text()[0]] = paragraph.layout().lineAt(0).naturalTextRect()
        paragraph = paragraph.next()
    assert lines["A"].left() == 0
    assert lines["ع"].right() == pytest.approx(400, abs=1)


def test_the_conversation_stands_over_the_composer(mirrored_desk):
    desk, pane = mirrored_desk, mirrored_desk.window.pane
    desk.reader.written = {"a": [make_message(number, "A line\n\n" * 30) for number in range(9)]}
    desk.wiring.start()
    desk.wiring.threads.open_thread("a")
    chat = pane.chat
    assert chat.verticalScrollBar().maximum() > 0
    left = chat.x() + chat.viewport().x() + chat._left()
    assert left + chat._stack.width == pane.composer.geometry().right() + 1


def test_facts_keep_their_own_direction_between_others(from_the_right):
    assert apart("600 x 400") == "\u2068600 x 400\u2069"


def test_from_the_left_nothing_is_added(qapp):
    assert apart("600 x 400") == "600 x 400"


@pytest.mark.parametrize(
    ("first", "order", "is_right"),
    [("عرب", ["C", "B", "عرب"], True), ("A", ["A", "B", "C"], False)],
)
def test_a_table_begins_where_its_words_are_read_from(look, first, order, is_right):
    block = TextBlock(look)
    block.show_markdown(f"| {first} | **B** | C |\n|---|---|---|\n| 1 | 2 | 3 |\n", 400)
    table = block.document.rootFrame().childFrames()[0]
    rows = [[_words(table, row, column) for column in range(3)] for row in range(2)]
    assert rows == [order, ["3", "2", "1"] if is_right else ["1", "2", "3"]]
    place = block.document.documentLayout().frameBoundingRect(table)
    assert (place.right() > 350) is is_right
    assert (
        table.cellAt(0, 1)
        .firstCursorPosition()
        .block()
        .begin()
        .fragment()
        .charFormat()
        .font()
        .bold()
    )


def _words(table, row, column):
    return table.cellAt(row, column).firstCursorPosition().block().text()


def test_names_of_files_stand_above_what_is_said_of_them(mirrored_desk, look):
    label = wrapped(look, mirrored_desk.window, "tickets.docx")
    label.resize(300, 30)
    picture = label.grab().toImage()
    ground = picture.pixel(1, 1)
    inked = [
        x
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixel(x, y) != ground
    ]
    assert min(inked) > 150
