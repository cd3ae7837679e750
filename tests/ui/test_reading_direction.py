"""Where people read from the right, the whole window stands the other way round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop_app.ui.chat.find_bar import FindBar
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import shortened
from desktop_app.ui.panels.fields import LineField
from desktop_app.ui.panels.fields import TextField as PageField
from desktop_app.ui.panels.rows import wrapped
from desktop_app.ui.text_field import TextField
from desktop_app.ui.threads.thread_list import SearchField
from desktop_app.ui.wording import apart
from tests.ui.conftest import make_message


def shown_composer(look, parent: QWidget) -> Composer:
    """A composer of 600 x 60 on the given parent, which is shown."""
    composer = Composer(look, parent)
    composer.resize(600, 60)
    parent.show()
    return composer


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


def test_numbers_of_a_turned_column_stand_at_the_side_of_its_words(look):
    block = TextBlock(look)
    block.show_markdown(
        "| سؤال | جواب | نسبة |\n|---|---|--:|\n| س | نعم | 98% |\n| C | 28 | 8% |\n", 400
    )
    table = block.document.rootFrame().childFrames()[0]
    share, answer, question = (_from_left(table, column) for column in range(3))
    assert share == [0, 0]
    assert answer[1] > answer[0] >= 0  # a shorter one, at the right as well
    assert question[0] > 0
    assert question[1] > 0


def _from_left(table, column):
    cells = [table.cellAt(row, column).firstCursorPosition().block() for row in (1, 2)]
    return [cell.layout().lineAt(0).naturalTextRect().left() for cell in cells]


def test_a_hint_of_several_lines_begins_where_words_do(from_the_right, look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    field = PageField(look, parent, "نعم")
    field.resize(200, 90)
    hint = _last_ink(field)
    field.show_text("نعم")
    assert _last_ink(field) == pytest.approx(hint, abs=1)


def _last_ink(field: QWidget) -> int:
    picture = field.grab().toImage()
    ground = picture.pixel(8, 40)
    inside = range(4, picture.width() - 4)
    rows = range(4, 40)
    return max(x for x in inside for y in rows if picture.pixel(x, y) != ground)


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


def opened_find_bar(look: Look, parent: QWidget) -> QLineEdit:
    bar = FindBar(look, parent)
    bar.open_bar()
    return bar.field


LINES = {
    "settings": TextField,
    "panels": lambda look, parent: LineField(look, parent, "بحث", icon="search"),
    "threads": SearchField,
    "find": opened_find_bar,
}


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("words", ["", "tram"])
def test_a_field_is_filled_from_the_right(from_the_right, look, qtbot, kind, words):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(600, 200)
    field = LINES[kind](look, parent)
    field.resize(300, 36)
    field.setText(words)
    field.grab()  # places the cursor
    assert field.cursorRect().center().x() > field.width() * 2 / 3


def test_an_empty_composer_has_its_cursor_at_the_hint(from_the_right, look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    composer = shown_composer(look, parent)
    field = composer.field
    assert field.width() - 20 < field.cursorRect().right() < field.viewport().width()
    qtbot.keyClicks(field, "tram")
    assert field.cursorRect().left() < field.width() / 2  # words have their own direction
    field.undo()
    assert field.toPlainText() == ""
    assert field.cursorRect().left() > field.width() - 20


@pytest.mark.parametrize("window", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_what_is_written_stands_where_its_words_are_read_from(
    from_the_right, qapp, look, qtbot, window
):
    qapp.setLayoutDirection(window)
    parent = QWidget()
    qtbot.addWidget(parent)
    composer = shown_composer(look, parent)
    field = composer.field
    for words, is_right in (("نعم هذا", True), ("tram", False), ("نعم", True)):
        composer.set_text(words)
        line = field.document().firstBlock().layout().lineAt(0).naturalTextRect()
        assert (line.center().x() > field.viewport().width() / 2) is is_right


def test_title_tabs_and_rows_of_the_sides_begin_in_one_line(mirrored_desk):
    window = mirrored_desk.window
    window.toggle_right()
    side, threads = window.side, window.threads
    tab = side.tabs.mapTo(side, side.tabs.box(0).toRect().topRight()).x()
    assert side.width() - 1 - tab == pytest.approx(17, abs=1)
    hide = threads.search.geometry()
    brand = next(one for one in threads.findChildren(Label) if one.text == "Parley")
    assert hide.right() - brand.geometry().right() == 8


@pytest.mark.parametrize(
    ("text", "cut"),
    [("A yellow tram at the castle", "\u2066A yellow\u2026\u2069"), ("tram", "tram")],
)
def test_foreign_words_are_cut_at_their_own_end(from_the_right, look, text, cut):
    metrics = QFontMetrics(look.font())
    room = metrics.horizontalAdvance("A yellow\u2026") + 1
    assert shortened(text, metrics, room) == cut


def test_words_of_the_language_are_cut_as_before(from_the_right, look):
    metrics = QFontMetrics(look.font())
    assert shortened("رحلة إلى لشبونة", metrics, 40).endswith("\u2026")
