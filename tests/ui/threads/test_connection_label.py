"""How the service stands, in whatever room there is for it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics

from desktop_app.ui.look import Look
from desktop_app.ui.threads.connection_label import ConnectionLabel


def test_the_seconds_are_left_out_before_words_are_cut(look, qtbot):
    label = ConnectionLabel(look, None)
    qtbot.addWidget(label)
    label.show_connection("reconnecting", "embedded", 4)
    metrics = QFontMetrics(label.font())
    whole = metrics.horizontalAdvance("Reconnecting in 4 s")
    assert label.words_within(whole, metrics) == "Reconnecting in 4 s"
    assert label.words_within(whole - 1, metrics) == "Reconnecting"
    short = metrics.horizontalAdvance("Reconnecting") - 1
    assert label.words_within(short, metrics).endswith("…")


def test_the_dot_grows_with_the_letters(qtbot):
    def width(percent: int) -> int:
        look = Look(theme="light", text_percent=percent)
        label = ConnectionLabel(look, None)
        qtbot.addWidget(label)
        label.resize(300, 40)
        label.show_connection("offline", "embedded")
        line = label.grab().toImage()
        return sum(line.pixelColor(x, 20) == look.colour("danger") for x in range(line.width()))

    assert width(200) == pytest.approx(2 * width(100), abs=2)
