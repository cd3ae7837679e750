"""Key presses, told apart into text and commands."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from desktop_app.ui.typed_text import typed_text

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("modifiers", "text", "wanted"),
    [
        (NONE, "a", "a"),
        (SHIFT, "A", "A"),
        (NONE, "é", "é"),
        (CONTROL | ALT, "@", "@"),
        (CONTROL, "\x01", ""),
        (ALT, "a", ""),
        (Qt.KeyboardModifier.MetaModifier, "a", ""),
        (NONE, " ", ""),
        (NONE, "\x7f", ""),
        (NONE, "", ""),
    ],
)
def test_what_a_key_writes_is_told_from_a_command(monkeypatch, modifiers, text, wanted):
    monkeypatch.setattr(sys, "platform", "linux")
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, modifiers, text)
    assert typed_text(event) == wanted


@pytest.mark.parametrize(
    ("modifiers", "wanted"),
    [(ALT, "@"), (ALT | SHIFT, "@"), (NONE, "@"), (CONTROL | ALT, ""), (CONTROL, "")],
)
def test_option_leads_to_further_signs_on_a_mac(monkeypatch, modifiers, wanted):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert typed_text(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_L, modifiers, "@")) == wanted
