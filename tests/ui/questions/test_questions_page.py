"""The page of questions with set answers, as it looks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop_app.ui.look import Look
from desktop_app.ui.questions.questions_page import QuestionsPage


@pytest.fixture
def page(qtbot, qapp):
    """Two questions, of which the second one is to be mended; carets stand still."""
    flash = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    window = QWidget()
    qtbot.addWidget(window)
    page = QuestionsPage(Look(theme="light", is_calm=True), window)
    page.setGeometry(0, 0, 800, 700)
    window.resize(800, 700)
    window.show()
    qtbot.waitExposed(window)
    page.rows[0].words.setText("Is the tram late?")
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    page.rows[1].kind.setCurrentIndex(1)
    yield page
    qapp.setCursorFlashTime(flash)


def test_only_the_field_that_the_keys_go_to_has_a_caret(page, qtbot):
    options, about = page.rows[1].options, page.about
    fields = [page.rows[0].words, page.rows[1].words, options.page, about.page]
    for field in fields:
        field.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClicks(field, "28")
    page.ask.setFocus(Qt.FocusReason.TabFocusReason)
    without = [field.grab().toImage() for field in fields]
    page.show_fault(1, "Write at least two answers, one on each line.")
    assert options.page.hasFocus()
    page.show_fault(1, "")
    for focused in fields:
        focused.setFocus(Qt.FocusReason.TabFocusReason)
        with_caret = [
            field.grab().toImage() != image for field, image in zip(fields, without, strict=True)
        ]
        assert with_caret == [field is focused for field in fields]
