"""What stands below each other in a panel begins on one line, and so does a page's last column."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.assistants.assistants_page import AssistantsPage
from desktop_app.ui.button import ICON_AIR, LABELLED_ICON_AIR, Button
from desktop_app.ui.gallery.picture_viewer import PictureViewer
from desktop_app.ui.labels import Label
from desktop_app.ui.long_words import LongWords
from desktop_app.ui.panels.files_panel import FilesPanel
from desktop_app.ui.panels.memory_panel import MemoryPanel
from desktop_app.ui.panels.rows import Action, Rows, RowText
from tests.ui.gallery.test_picture_grid import PICTURES, Supply

WIDTH = 800
ROW = RowText("1", "A title", "caption", is_chosen=True)


@pytest.fixture(params=[False, True], ids=["from the left", "from the right"])
def window(qtbot, qapp, request) -> QWidget:
    before = qapp.layoutDirection()
    right, left = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight
    QApplication.setLayoutDirection(right if request.param else left)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(WIDTH, 600)
    yield window
    QApplication.setLayoutDirection(before)


def begin(window: QWidget, *parts: QWidget) -> list[int]:
    """How far from the edge where reading begins each of them is, px."""
    return [start if window.isLeftToRight() else WIDTH - end for start, end in ends(window, parts)]


def end(window: QWidget, *parts: QWidget) -> list[int]:
    """How far from the other edge, px."""
    return [WIDTH - end if window.isLeftToRight() else start for start, end in ends(window, parts)]


def ends(window, parts):
    places = [one.mapTo(window, QPoint(0, 0)).x() for one in parts]
    return [(x, x + one.width()) for x, one in zip(places, parts, strict=True)]


def shown(window: QWidget, page: QWidget) -> QWidget:
    page.setGeometry(0, 0, WIDTH, 600)
    window.show()
    return page


def test_files_begin_below_the_step_that_adds_one(look, window):
    panel = FilesPanel(look, window)
    panel.rows.show_rows([ROW])
    shown(window, panel)
    assert begin(window, panel.add, panel.findChild(LongWords)) == [0, 0]


def test_memories_begin_below_their_heading(look, window):
    panel = MemoryPanel(look, window)
    panel.show_of_turn(True)
    panel.rows.show_rows([ROW])
    shown(window, panel)
    assert begin(window, panel.search, panel.of_turn, panel.findChild(LongWords)) == [0, 0, 0]


def test_assistants_begin_below_the_step_that_makes_one(look, window):
    page = AssistantsPage(look, window)
    page.show_assistants([ROW])
    shown(window, page)
    row = page.rows.row("1")
    assert begin(window, page.new, row.findChild(LongWords), row) == [20, 20, 10]


def test_what_can_be_done_to_a_row_ends_where_its_line_does(look, window):
    rows = Rows(look, window, [Action("delete", "trash", "Delete")], outset=10)
    rows.show_rows([ROW, RowText("2", "Another", is_deleted=True)])
    shown(window, rows)
    delete, undo = (rows.row(key).findChild(Button) for key in "12")
    assert end(window, delete)[0] + ICON_AIR == end(window, undo)[0] == 10


def test_the_steps_of_a_picture_begin_and_end_where_its_words_do(look, window):
    viewer = PictureViewer(look, window, Supply())
    viewer.show_picture(PICTURES[0], "1 of 5", "Boats")
    shown(window, viewer)
    facts = next(one for one in viewer.findChildren(Label) if "Boats" in one.text)
    assert begin(window, viewer.back)[0] + LABELLED_ICON_AIR == begin(window, facts)[0] == 20
    assert end(window, viewer.delete)[0] + ICON_AIR == end(window, viewer.edit)[0] == 20
