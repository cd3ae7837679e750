"""Which key presses are text, wherever the keyboard is."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_NONE = Qt.KeyboardModifier.NoModifier
_CONTROL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_FURTHER = {"darwin": _ALT}  # Option leads to further signs there, as AltGr does elsewhere
_ALT_GR = _CONTROL | _ALT


def typed_text(event: QKeyEvent) -> str:
    """What a key press writes; empty for commands, blanks and keys without a sign."""
    text = event.text()
    held = event.modifiers() & (_ALT_GR | Qt.KeyboardModifier.MetaModifier)
    is_command = held not in (_NONE, _FURTHER.get(sys.platform, _ALT_GR))
    return "" if is_command or not text.isprintable() or not text.strip() else text
