"""Edges that tell what belongs together: of pictures, of what scrolls, of what lies above."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.chat.message_bubble import paint_bubble
from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.gallery.picture_canvas import PictureCanvas, Shown
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.header import Chip
from desktop_app.ui.labels import Label, Rule
from desktop_app.ui.look import Look
from desktop_app.ui.overlay import Overlay
from desktop_app.ui.panels.memory_panel import MemoryPanel
from desktop_app.ui.panels.rows import Row, RowText
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
