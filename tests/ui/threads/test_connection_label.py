"""How the service stands, in whatever room there is for it."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

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
