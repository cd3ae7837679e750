"""Keys in words, as they stand on a keyboard."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QKeySequence

from desktop_app.prose import tr_in


def shown_keys(keys: str) -> str:
    """The keys as this system writes them, in the window's language and in their order."""
    named = {"Space": tr_in("key", "Space"), "Return": tr_in("key", "Return")}  # Qt has not all
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    words = "+".join(named.get(part, part) for part in shown.split("+"))
    return f"\u2066{words}\u2069" if QGuiApplication.isRightToLeft() and "+" in words else words
