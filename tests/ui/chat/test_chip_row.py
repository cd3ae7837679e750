"""Chips are as wide as what they say, whatever the size of the letters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from desktop_app.ui.chat.chip_row import ChipRow
from desktop_app.ui.chat.folds import Chip
from desktop_app.ui.look import Look


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_a_chip_with_room_says_all_of_it(qtbot, percent, monkeypatch):
    row = ChipRow(Look(theme="light", is_calm=True, text_percent=percent), 1400)
    row.show((Chip("a", "Remembered: my favorite color is green", "x", "memory"),))
    said = []
    monkeypatch.setattr(QPainter, "drawText", lambda _self, _box, _flags, words: said.append(words))
    picture = QPixmap(1400, 200)
    painter = QPainter(picture)
    row.paint(painter, QRectF(picture.rect()))
    painter.end()
    assert said == ["Remembered: my favorite color is green"]
