"""Edges that tell what belongs together: of pictures, of what scrolls, of what lies above."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.chat.code_frame import CodeFrame
from desktop_app.ui.chat.message_bubble import paint_bubble
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.gallery.picture_canvas import PictureCanvas, Shown
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.gallery.picture_viewer import PictureViewer
from desktop_app.ui.header import Chip
from desktop_app.ui.labels import Label, Rule
from desktop_app.ui.look import Look
from desktop_app.ui.overlay import Overlay
from desktop_app.ui.panels.memory_panel import MemoryPanel
from desktop_app.ui.panels.rows import Row, RowText
from desktop_app.ui.settings.row_widgets import Choice
from desktop_app.ui.side.side_panel import TabBar
from desktop_app.ui.text_field import TextField
from tests.fakes.ink import dark_in
from tests.ui.gallery.test_picture_grid import PICTURES, Supply


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    return window


def test_a_picture_as_bright_as_its_ground_has_an_edge(look, window):
    bright = QImage(200, 200, QImage.Format.Format_RGB32)
    bright.fill(look.colour("background"))
    canvas = PictureCanvas(look, window)
    canvas.resize(300, 200)
    canvas.show_pictures((Shown("A cloud", bright),))
    seen = canvas.grab().toImage()
    ground = look.colour("background")
    assert seen.pixelColor(50, 100).lightness() < ground.lightness() - 15
    assert seen.pixelColor(51, 100) == ground


@pytest.mark.parametrize("percent", [100, 200])
def test_the_words_below_a_picture_have_room(qtbot, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    grid = PictureGrid(look, None, Supply())
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show_pictures(PICTURES, len(PICTURES))
    assert grid.places.foot >= QFontMetrics(look.font(size.CAPTION)).height() + 8


def test_a_hairline_is_there_while_something_is_scrolled_away(look, window):
    rule = Rule(look, window, is_shown=False)
    rule.resize(100, 1)
    line = look.colour("line")
    assert rule.grab().toImage().pixelColor(50, 0) != line
    rule.show_scrolled(12)
    assert rule.grab().toImage().pixelColor(50, 0) == line
    rule.show_scrolled(0)
    assert rule.grab().toImage().pixelColor(50, 0) != line


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_panel_throws_a_shadow_and_no_light(window, theme):
    look = Look(theme=theme, is_calm=True)
    window.setPalette(look.palette())
    anchor = QWidget(window)
    anchor.setGeometry(200, 100, 100, 30)
    overlay = Overlay(look, window, QSize(300, 200))
    window.show()
    overlay.open_below(anchor)
    seen = window.grab().toImage()
    below = seen.pixelColor(overlay.panel.geometry().center().x(), overlay.panel.y() + 204)
    assert below.lightness() < QColor(look.tokens.background).lightness()


@pytest.mark.parametrize("percent", [100, 200])
def test_an_outline_is_one_sharp_line(window, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    composer, chip = Composer(look, window), Chip(look, window, "Model")
    chip.show_text("gpt-4.1")
    for widget, ink in ((composer, "edge"), (chip, "line")):
        widget.resize(widget.sizeHint())
        seen = widget.grab().toImage()
        middle = widget.width() // 2
        assert seen.pixelColor(middle, 0) == look.colour(ink)
        assert seen.pixelColor(middle, 1) != look.colour(ink)
        assert seen.pixelColor(middle, 1).lightness() > 240


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_what_sends_is_square_at_every_size_of_letters(window, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    composer = Composer(look, window)
    composer.resize(700, composer.sizeHint().height())
    window.show()
    send = next(one for one in composer.findChildren(Button) if one.accessibleName() == "Send")
    assert send.width() == send.height()


def test_the_corner_of_a_question_is_even(look):
    picture = QImage(120, 60, QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFFFF)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_bubble(painter, look, QRectF(10, 10, 100, 40))
    painter.end()
    right = {picture.pixelColor(109, y).name() for y in range(26, 46)}
    below = {picture.pixelColor(x, 49).name() for x in range(26, 106)}
    assert right == below == {look.tokens.bubble}


def test_rows_are_separated_by_one_sharp_line(look, window):
    row = Row(look, window, RowText("a", "guide.pdf", "Ready"), ())
    row.resize(300, 60)
    seen = row.grab().toImage()
    assert seen.pixelColor(150, 59) == look.colour("line")
    assert seen.pixelColor(150, 58) != look.colour("line")


@pytest.mark.parametrize("percent", [100, 200])
def test_what_stands_beside_a_field_is_as_high(window, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    panel = MemoryPanel(look, window)
    panel.resize(400, 500)
    window.show()
    assert panel.add.height() == panel.search.height()


@pytest.mark.parametrize("percent", [100, 125, 150, 200])
def test_small_words_stand_on_the_line_of_larger_ones(window, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    inner = QWidget(window)
    inner.resize(400, 80)
    row = QHBoxLayout(inner)
    large = Label(look, window, "HH", px=size.SMALL)
    small = Label(look, window, "HH", px=size.CAPTION, beside=size.SMALL)
    row.addWidget(large)
    row.addWidget(small)
    window.show()
    seen = inner.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    feet = {dark_in(seen, one.geometry()).bottom() for one in (large, small)}
    assert len(feet) == 1


def test_a_line_that_is_given_briefer_words_shows_them(look, qtbot):
    label = Label(look, None, "longer words than there is room for")
    qtbot.addWidget(label)
    label.resize(60, 20)
    with qtbot.waitExposed(label):
        label.show()
    shown = []
    for briefer in ((), ("brief",)):
        label.show_text(label.text, briefer=briefer)
        QApplication.sendEvent(label, QEvent(QEvent.Type.UpdateRequest))
        shown.append(label.backingStore().paintDevice().copy())
    assert label.shown == "brief"
    assert shown[0] != shown[1]


@pytest.mark.parametrize("source", ["| A | B |\n|--|--|\n| 1 | 2 |\n", "```\nx\n```"])
def test_tables_and_code_begin_where_words_do(look, source):
    block = TextBlock(look)
    if source.startswith("|"):
        block.show_markdown(source, 300)
    else:
        block.show_code("x", CodeFrame("python"), 300)
    ground = look.colour("background")

    seen = QImage(320, block.height + 10, QImage.Format.Format_RGB32)
    seen.fill(ground)
    painter = QPainter(seen)
    painter.translate(10, 5)
    block.paint(painter, None, QRectF(0, 0, 300, 200))
    painter.end()
    middle = seen.height() // 2
    assert next(x for x in range(320) if seen.pixelColor(x, middle) != ground) == 10


def test_steps_to_other_pictures_stand_over_the_middle_of_the_picture(look, window):
    viewer = PictureViewer(look, window, Supply())
    viewer.resize(800, 600)
    viewer.show_picture(PICTURES[0], "1 of 5", "Boats")
    window.show()
    centre = (viewer.before.geometry().left() + viewer.after.geometry().right()) / 2
    assert centre == pytest.approx(viewer.canvas.geometry().center().x(), abs=1)


def test_where_a_picture_stands_among_many_is_said_in_large_letters_too(window):
    viewer = PictureViewer(Look(theme="light", is_calm=True, text_percent=200), window, Supply())
    viewer.resize(760, 600)
    viewer.show_picture(PICTURES[0], "123 of 1,045", "Boats")
    window.show()
    shown = [one.shown for one in viewer.findChildren(Label) if one.text == "123 of 1,045"]
    assert shown == ["123 of 1,045"]


def test_words_of_settings_begin_in_one_column(look, window):
    field, choice = TextField(look, window), Choice(look, window)
    field.setText("HH")
    choice.addItem("HH")
    for one in (field, choice):
        one.resize(200, 34)
    words = QRect(4, 8, 60, 16)
    starts = [dark_in(one.grab().toImage(), words).left() for one in (field, choice)]
    assert starts[0] == starts[1] > 10


def test_the_ground_of_a_tab_with_the_keys_leaves_its_word_room(look, window, qtbot):
    tabs = TabBar(look, window)
    tabs.resize(tabs.sizeHint())
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    tabs.setFocus()
    assert tabs.hasFocus()
    seen, word = tabs.grab().toImage(), tabs.box(0)
    middle = tabs.height() // 2
    for x in (word.left() - 4, word.right() + 4):
        assert seen.pixelColor(int(x), middle) == look.colour("accent_soft")
