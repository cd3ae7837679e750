"""Long words end where people would break them."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.ui.long_words import LongWords, breakable


def test_long_words_may_be_broken_and_are_otherwise_as_they_were():
    long = "a-large-recording-of-the-meeting.wav and " + "x" * 40
    assert breakable(long).replace("\u200b", "") == long
    assert max(map(len, re.split(r"[\s\u200b]", breakable(long)))) <= 13
    assert breakable("Has a sister called Anna") == "Has a sister called Anna"
    assert breakable("to-a-very-long_name.of/places").count("\u200b") == 6


@pytest.mark.parametrize(
    "letter", ["u\u0308", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0915\u094d\u0937"]
)
def test_no_letter_is_broken_in_two(letter):
    assert set(breakable(letter * 40).split("\u200b")) <= {
        letter * 12,
        letter * 4,
        letter * 40,
    }


def test_joined_writing_is_broken_between_parts_alone():
    assert breakable("\u0628" * 30) == "\u0628" * 30
    assert breakable("\u0628" * 20 + "-" + "\u0628" * 3).index("\u200b") == 21


@pytest.mark.parametrize(
    "prose",
    [
        "喜欢在下雨的早晨喝一杯茶\uff0c然后读一本关于海洋的书。",
        "コーヒーよりも紅茶が好きで、毎朝かならず飲みます。",
    ],
)
def test_writing_that_has_ends_of_lines_everywhere_keeps_its_own_rules(prose):
    assert breakable(prose) == prose
    assert breakable(f"{prose}{'x' * 40}").count("\u200b") == 3


LONG = "Keeps 😀 in https://example.org/notes/a-very-long-name-of-a-file.txt,\nfor​ever"


@pytest.fixture
def words(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    label = LongWords(LONG, parent)
    label.resize(160, 200)
    parent.show()
    yield label
    assert parent is label.parentWidget()


def clip():
    return QGuiApplication.clipboard().text()


def test_what_is_copied_is_the_text_as_it_was_given(words, qtbot):
    words.select_all()
    assert words.text() != LONG
    qtbot.keyClick(words, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clip() == LONG
    assert words.accessibleName() == LONG


def test_each_part_is_copied_as_it_was_given(words):
    whole = len(words.text().encode("utf-16-le")) // 2
    face = words.text().encode("utf-16-le").index("\U0001f600".encode("utf-16-le")) // 2
    for at in set(range(1, whole)) - {face + 1}:
        parts = []
        for start, length in ((0, at), (at, whole - at)):
            words.setSelection(start, length)
            words.copy()
            parts.append(clip())
        assert "".join(parts) == LONG, at


def test_the_menu_copies_and_selects_all(words):
    copy, select = words.menu().actions()
    assert (copy.text(), copy.isEnabled()) == ("Copy", False)
    select.trigger()
    assert words.selected == LONG
    copy, _ = words.menu().actions()
    assert copy.isEnabled()
    copy.trigger()
    assert clip() == LONG


def test_a_word_that_the_mouse_selects_is_given_to_the_selection_where_there_is_one(words, qtbot):
    qtbot.mouseDClick(words, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.mouseRelease(words, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert words.selected == "Keeps"
    clipboard = QGuiApplication.clipboard()
    if clipboard.supportsSelection():
        assert clipboard.text(QClipboard.Mode.Selection) == "Keeps"


def test_what_is_pressed_on_is_not_dragged(words, qtbot):
    words.select_all()
    qtbot.mousePress(words, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert words.selected == ""
