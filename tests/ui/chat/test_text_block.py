"""One block of text: what has grown is what would have come at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QImage,
    QPainter,
    QTextDocument,
    QTextOption,
)

from desktop_app.ui.chat.code_frame import PADDING, CodeFrame
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.chat.text_formats import MARKDOWN, dress_markdown
from desktop_app.ui.look import Look

TABLE = "| a | b |\n|---|--:|\n" + "| one `1` | 2 |\n" * 12


@pytest.mark.parametrize(
    "source",
    [
        "Some *words* with `code` and a [link](https://example.org), and so on.",
        "- one `thing`\n- another\n  - and what belongs to it",
        "> quoted\n> words",
        TABLE,
    ],
)
def test_a_block_that_has_grown_looks_as_if_it_had_come_at_once(look, source):
    whole, grown = TextBlock(look), TextBlock(look)
    whole.show_markdown(source, 400)
    for end in range(len(source) // 2, len(source) + 1, 7):
        grown.show_markdown(source[:end], 400)
    grown.show_markdown(source, 400)
    assert grown.document.toHtml() == whole.document.toHtml()
    assert (grown.height, grown.overflow) == (whole.height, whole.overflow)


def test_a_table_that_grows_is_laid_out_once_for_each_growth(look):
    laid_out = []

    class Layout(QAbstractTextDocumentLayout):
        def documentChanged(self, start, removed, added):  # noqa: N802
            laid_out.append((start, removed, added))

    block = TextBlock(look)
    block.show_markdown(TABLE, 400)
    block.document.setDocumentLayout(Layout(block.document))
    laid_out.clear()
    block.show_markdown(TABLE + "| one more | 3 |\n", 400)
    assert len(laid_out) <= 1


def test_what_is_dimmed_is_dimmed_again_when_the_block_has_grown(look):
    block = TextBlock(look)
    block.show_markdown("heard and unheard", 400)
    block.dim_after(6)
    block.show_markdown("heard and unheard words", 400)
    assert look.colour("dim").name() not in block.document.toHtml()
    block.dim_after(6)
    assert look.colour("dim").name() in block.document.toHtml()


def ink_of(block: TextBlock, width: int, height: int) -> QImage:
    """The block, painted 40 px from the left edge."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.translate(40, 0)
    block.paint(painter, None, QRectF(0, 0, width, height))
    painter.end()
    return picture


@pytest.mark.parametrize("percent", [100, 200])
def test_numbers_and_dots_of_a_list_stand_inside_of_the_column(qapp, percent):
    block = TextBlock(Look(theme="light", text_percent=percent))
    block.show_markdown("1. one\n2. two\n\n- three", 400)
    picture = ink_of(block, 440, block.height)
    before = {picture.pixel(x, y) for x in range(40) for y in range(picture.height())}
    assert before == {0xFFFFFFFF}


def test_words_of_a_table_stand_in_the_middle_of_their_row(look):
    block = TextBlock(look)
    block.show_markdown("| H |\n|---|\n| Hg Hg |", 400)
    picture = ink_of(block, 440, block.height)
    line, rows = look.colour("line"), range(block.height)
    upper, lower = [y for y in rows if picture.pixelColor(45, y) == line][-2:]
    dark = [
        y
        for y in range(upper, lower)
        if any(picture.pixelColor(x, y).lightness() < 120 for x in range(48, 90))
    ]
    assert abs((min(dark) - upper) - (lower - max(dark))) <= 4


@pytest.mark.parametrize("percent", [100, 200])
def test_code_has_as_much_room_below_its_letters_as_beside_them(qapp, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    block = TextBlock(look)
    block.show_code("HHHH\nHHHH", CodeFrame(is_titled=False), 400)
    picture = QImage(400, block.height, QImage.Format.Format_RGB32)
    picture.fill(look.colour("background"))
    painter = QPainter(picture)
    block.paint(painter, None, QRectF(picture.rect()))
    painter.end()
    ink = [y for y in range(block.height) if _is_dark(picture, y)]
    above, below = ink[0], block.height - 1 - ink[-1]
    assert abs(above - below) <= look.scaled(3)


def _is_dark(picture: QImage, y: int) -> bool:
    inside = range(PADDING, picture.width() - PADDING)
    return any(picture.pixelColor(x, y).lightness() < 110 for x in inside)


def test_code_that_grows_is_not_laid_out_anew_from_its_beginning(qapp, monkeypatch):
    block, frame = TextBlock(Look(theme="light")), CodeFrame("python")
    block.show_code("first = 1\n", frame, 400)
    told = []
    monkeypatch.setattr(
        type(block.document), "setDefaultTextOption", lambda _self, option: told.append(option)
    )
    block.show_code("first = 1\nsecond = 2\n", frame, 400)
    assert told == []
    block.show_code("first = 1\n", replace(frame, wraps=False), 400)
    assert [option.wrapMode() for option in told] == [QTextOption.WrapMode.NoWrap]


@pytest.mark.parametrize("wraps", [True, False])
def test_code_that_has_grown_looks_as_if_it_had_come_at_once(look, wraps):
    code, frame = "def f(a):  # said\n    return 'x' * a\n" * 6 + "y" * 90, CodeFrame("python")
    whole, grown = TextBlock(look), TextBlock(look)
    whole.show_code(code, replace(frame, wraps=wraps), 400)
    for end in range(0, len(code) + 1, 5):
        grown.show_code(code[:end], frame, 400)
    grown.show_code(code, replace(frame, wraps=wraps), 400)
    images = []
    for block in (whole, grown):
        image = QImage(400, block.height, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        block.paint(painter, None, QRectF(0, 0, 400, block.height))
        painter.end()
        images.append(image)
    assert images[0] == images[1]


def test_a_text_full_of_code_is_brought_into_the_look_as_one_change(look):
    document = QTextDocument()
    document.setMarkdown("A word, `code`, " * 200 + "\n\n" + TABLE, MARKDOWN)
    changes = []
    document.documentLayout()  # which is told of each change
    document.contentsChange.connect(lambda *_: changes.append(1))
    dress_markdown(document, look)
    assert len(changes) == 1
