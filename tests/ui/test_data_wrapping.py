"""Fields of several lines that are given what is no language."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QToolTip, QWidget

from desktop_app.ui.panels.fields import LONGEST_PASTE, TextField


@pytest.fixture
def field(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = TextField(look, parent, "Functions", is_code=True)
    made.resize(640, 200)
    parent.show()
    yield made
    QToolTip.hideText()
    parent.close()


def pasted(text: str) -> QMimeData:
    source = QMimeData()
    source.setText(text)
    return source


def test_every_field_ends_the_lines_of_data_anywhere(field):
    usual = field.page.wordWrapMode()
    field.page.insertFromMimeData(pasted("x" * 200_000))
    assert field.page.wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
    assert len(field.text) == 200_000
    field.show_text("")
    assert field.page.wordWrapMode() is usual


@pytest.mark.qt_log_ignore("does not support raise")
def test_what_is_far_too_long_to_be_pasted_says_so_and_leaves_what_is_written(field):
    field.show_text("[]")
    field.page.insertFromMimeData(pasted("x" * (LONGEST_PASTE + 1)))
    assert field.text == "[]"
    assert "characters are the most" in QToolTip.text()
