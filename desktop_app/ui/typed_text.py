"""Which key presses are text, wherever the keyboard is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


def typed_text(event: QKeyEvent) -> str:
    """What a key press writes; empty for commands, blanks and keys without a sign."""
    text = event.text()
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    held = event.modifiers() & (control | alt | Qt.KeyboardModifier.MetaModifier)
    is_command = held not in (Qt.KeyboardModifier.NoModifier, control | alt)  # both: AltGr
    return "" if is_command or not text.isprintable() or not text.strip() else text
