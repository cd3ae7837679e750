"""The layout rules find what they are there for, and nothing else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from tests.fakes.layout_rules import faults_in


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    return window


def put(widget: QWidget, x: int, y: int, width: int, height: int) -> None:
    widget.setGeometry(QRect(x, y, width, height))
    widget.show()


def test_a_laid_out_window_has_no_faults(window):
    inner = QWidget(window)
    column = QVBoxLayout(inner)
    for part in (QLabel("Name"), QLineEdit("x"), QPushButton("Send")):
        part.setAccessibleName("x")
        column.addWidget(part)
    put(inner, 0, 0, 400, 300)
    column.activate()
    assert faults_in(window) == []


def test_words_that_are_cut_are_found_until_a_tooltip_says_them(window):
    label = QLabel("A sentence that needs much more room", window)
    put(label, 0, 0, 60, 20)
    assert "is cut" in faults_in(window)[0]
    label.setToolTip(label.text())
    assert faults_in(window) == []


def test_lines_that_are_cut_below_are_found(window):
    label = QLabel("A sentence that needs more than one line of this width", window)
    label.setWordWrap(True)
    put(label, 0, 0, 120, 20)
    assert "is cut" in faults_in(window)[0]


def test_our_own_label_says_what_it_elides(window):
    label = Label(Look(theme="light"), window, "A sentence that needs much more room")
    put(label, 0, 0, 60, 20)
    assert label.toolTip() == label.text
    put(label, 0, 0, 390, 20)
    assert label.toolTip() == ""
    assert faults_in(window) == []


def test_a_control_without_a_name_is_found(window):
    put(QLineEdit(window), 0, 0, 100, 30)
    assert "has no name" in faults_in(window)[0]


def test_what_lies_outside_its_parent_is_found(window):
    put(QLabel("x", window), 390, 0, 100, 20)
    assert "lies outside" in faults_in(window)[0]


def test_controls_that_lie_on_each_other_are_found(window):
    put(QPushButton("One", window), 0, 0, 100, 30)
    put(QPushButton("Other", window), 50, 0, 100, 30)
    assert "lie on each other" in faults_in(window)[0]


def test_a_script_without_spaces_is_broken_anywhere(window):
    label = QLabel("还没有文件。添加一个，此会话的每一轮都能查阅它。", window)  # noqa: RUF001
    label.setWordWrap(True)
    put(label, 0, 0, 120, label.heightForWidth(120))
    assert faults_in(window) == []
