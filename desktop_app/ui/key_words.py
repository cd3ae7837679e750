"""Keys in words, as they stand on a keyboard."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from desktop_app.prose import tr_in


def shown_keys(keys: str) -> str:
    """The keys as this system writes them, in the window's language."""
    named = {"Space": tr_in("key", "Space"), "Return": tr_in("key", "Return")}  # Qt has not all
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return "+".join(named.get(part, part) for part in shown.split("+"))
