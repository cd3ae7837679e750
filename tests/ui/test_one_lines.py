"""Single lines of text, cut and laid out once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from desktop_app.ui import one_lines
from desktop_app.ui.one_lines import OneLines, drop_to_line
from tests.fakes.ink import dark_in, ink_of

LONG = "A title that does not fit into so little room"


@pytest.fixture
def font(qapp) -> QFont:
    font = QFont(qapp.font())
    font.setPixelSize(14)
    return font


def test_what_fits_is_whole_and_laid_out_once(font):
    lines = OneLines(font)
    line = lines.fitting("Lisbon", 200.0)
    assert line.text() == "Lisbon"
    assert lines.fitting("Lisbon", 200.0) is line


@pytest.mark.parametrize("text", [LONG, "رحلة إلى لشبونة في الربيع القادم"])
def test_what_does_not_fit_ends_with_an_ellipsis(font, text):
    line = OneLines(font).fitting(text, 90.0)
    assert line.text().endswith("…")
    assert 40 < line.size().width() <= 90


def test_another_width_is_another_line(font):
    lines = OneLines(font)
    assert lines.fitting(LONG, 90.0).text() != lines.fitting(LONG, 150.0).text()


def test_a_space_at_the_end_takes_its_room(font):
    width = OneLines(font).fitting("down to ", 200.0).size().width()
    assert width == pytest.approx(QFontMetricsF(font).horizontalAdvance("down to "), abs=1)


def test_markup_is_text(font):
    plain, marked = (OneLines(font).fitting(text, 500.0) for text in ("a", "<b>a</b>"))
    assert marked.size().width() > 3 * plain.size().width()


def test_only_so_many_lines_are_kept(font, monkeypatch):
    monkeypatch.setattr(one_lines, "_MOST", 2)
    lines = OneLines(font)
    first = lines.fitting("a", 50.0)
    for text in ("b", "c"):
        lines.fitting(text, 50.0)
    assert lines.fitting("a", 50.0) is not first


def test_a_line_is_drawn_from_its_left_edge_around_its_middle(font):
    image = QImage(120, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    lines = OneLines(font)
    painter = QPainter(image)
    lines.draw(painter, 30.0, 20.0, lines.fitting("||||", 80.0))
    painter.end()
    dark = [
        (x, y) for x in range(120) for y in range(40) if image.pixelColor(x, y).lightness() < 200
    ]
    assert min(x for x, _ in dark) >= 30
    assert abs((min(y for _, y in dark) + max(y for _, y in dark)) / 2 - 20) <= 3


def test_letters_of_another_font_leave_the_others_on_their_line(font):
    lines = OneLines(font)

    def feet(text: str) -> int:
        image = QImage(200, 60, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        painter = QPainter(image)
        lines.draw(painter, 5.0, 30.0, lines.fitting(text, 190.0))
        painter.end()
        return dark_in(image, QRect(5, 0, 9, 60)).bottom()  # of the first letter

    assert feet("H 中文 العربية") == feet("H Lisbon")


def test_small_letters_are_lowered_to_the_line_of_large_ones(font):
    large = QFont(font)
    large.setPixelSize(40)
    drop = drop_to_line(font, large)

    def feet(letters: QFont, down: float) -> int:
        def paint(painter: QPainter) -> None:
            painter.setFont(letters)
            box = QRectF(0, down, 60, 80)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, "H")

        return ink_of(paint, 60, 80).bottom()

    assert drop > 4
    assert feet(font, drop) == feet(large, 0)
