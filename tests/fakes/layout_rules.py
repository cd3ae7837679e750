"""What must be true of a window wherever it is looked at: nothing cut, nothing nameless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QSplitterHandle,
    QStyle,
    QWidget,
)

from desktop_app.ui.button import Button
from desktop_app.ui.labels import Label

_UNBROKEN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u200b\u2e80-\u9fff\uff00-\uffef]+")
"""What no line breaks: a word, or one sign of the scripts that need no spaces."""

_ROUNDING = 2  # px by which text may be wider than its box before anything is cut


def faults_in(window: QWidget) -> list[str]:
    """Every broken rule in what is shown of a window, as sentences that name the widget."""
    shown = [one for one in window.findChildren(QWidget) if one.isVisibleTo(window)]
    faults = [fault for one in shown for fault in _faults_of(one)]
    return [*faults, *_overlaps(shown)]


def _faults_of(widget: QWidget) -> Iterator[str]:
    name = f"{type(widget).__name__} “{_words_of(widget) or widget.accessibleName()}”"
    if _is_interactive(widget) and not _name_of(widget):
        yield f"{name} has no name for people who cannot see it"
    parent = widget.parentWidget()
    if parent is not None and not _is_scrolled(widget) and not _lies_in(parent, widget):
        yield f"{name} at {_place(widget)} lies outside {type(parent).__name__} {_place(parent)}"
    if missing := _missing_px(widget):
        yield f"{name} is cut: {missing} px are missing, and no tooltip says the rest"


def _name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found is not None else ""


def _is_interactive(widget: QWidget) -> bool:
    if isinstance(widget, QScrollBar | QSplitterHandle) or _is_part_of_another(widget):
        return False
    return widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.focusProxy() is None


def _is_part_of_another(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    if isinstance(parent, QAbstractScrollArea):
        return parent.viewport() is widget
    return isinstance(parent, QComboBox | QAbstractSpinBox)


def _is_scrolled(widget: QWidget) -> bool:
    """Whether it is what a scroll area moves: that is larger than its window by purpose."""
    parent = widget.parentWidget()
    area = parent.parentWidget() if parent is not None else None
    return isinstance(area, QAbstractScrollArea) and area.viewport() is parent


def _lies_in(parent: QWidget, widget: QWidget) -> bool:
    return widget.isWindow() or parent.rect().contains(widget.geometry())


def _words_of(widget: QWidget) -> str:
    if isinstance(widget, Label):
        return widget.text
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        return widget.text()
    return ""


def _missing_px(widget: QWidget) -> int:
    """How much room the words lack, 0 where all of them can be read somehow."""
    words = _words_of(widget)
    if isinstance(widget, QLineEdit):
        words = "" if words else widget.placeholderText()  # what is typed scrolls
    if not words or words in widget.toolTip():
        return 0
    if isinstance(widget, QLabel) and widget.wordWrap():
        low = widget.heightForWidth(widget.width()) - widget.height()
        return max(0, low if low > _ROUNDING else _longest_word(widget) - widget.width())
    wide = widget.fontMetrics().horizontalAdvance(words) + _beside_words(widget)
    high = widget.fontMetrics().height()
    return max(
        0, wide - widget.width() - _ROUNDING, high - widget.contentsRect().height() - _ROUNDING
    )


def _longest_word(label: QLabel) -> int:
    metrics = QFontMetrics(label.font())
    words = _UNBROKEN.findall(label.text())
    return max((metrics.horizontalAdvance(word) for word in words), default=0)


def _beside_words(widget: QWidget) -> int:
    """What a control needs beside its words, px."""
    if isinstance(widget, Button):
        return widget.sizeHint().width() - widget.fontMetrics().horizontalAdvance(widget.text())
    if isinstance(widget, QLineEdit):
        around = widget.textMargins()
        frame = widget.style().pixelMetric(QStyle.PixelMetric.PM_DefaultFrameWidth)
        return around.left() + around.right() + 2 * frame
    return widget.width() - widget.contentsRect().width()


def _overlaps(shown: list[QWidget]) -> Iterator[str]:
    """Controls of one parent that lie on each other: a press would meet the wrong one."""
    for parent in {one.parentWidget() for one in shown}:
        controls = [
            one
            for one in shown
            if one.parentWidget() is parent and _is_interactive(one) and not _is_over_all(one)
        ]
        for one, other in combinations(controls, 2):
            common = one.geometry().intersected(other.geometry())
            if common.width() > 1 and common.height() > 1:
                yield (
                    f"{type(one).__name__} “{one.accessibleName()}” and {type(other).__name__} "
                    f"“{other.accessibleName()}” lie on each other at {common.getRect()}"
                )


def _is_over_all(widget: QWidget) -> bool:
    """A view of its own, such as an open page or a bar over the conversation."""
    return isinstance(widget, QAbstractScrollArea)


def _place(widget: QWidget) -> object:
    return widget.geometry().getRect()
