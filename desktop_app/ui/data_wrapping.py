"""Lets what is no language be laid out in a field without a long wait."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit

_LONG_WORD = 1000  # characters from which on it is data, in which nobody looks for words
_UNBROKEN = re.compile(  # all but spaces, and scripts whose lines Qt ends without them
    r"[^\s\u200b\u0e00-\u0e7f\u0f00-\u109f\u1100-\u11ff\u2e80-\ua4cf\ua9e0-\ua9fe"
    r"\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    r"\uff00-\uffef\U0001f000-\U0003ffff]+"
)


class DataWrapping(QObject):
    """Ends lines anywhere from when a field gets a very long word until it is empty.

    Qt looks for the ends of words in all that is left of a long one at each of its lines; where
    lines end anywhere, it need not. It tells of a change before it lays it out.
    """

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        self._holds_data = False
        field.document().contentsChange.connect(self._on_change)
        field.textChanged.connect(self._on_text_changed)

    def _on_change(self, _at: int, _removed: int, added: int) -> None:
        """Also when it is there again, undone or brought back."""
        if self._holds_data or added <= _LONG_WORD:
            return
        if any(len(run) > _LONG_WORD for run in _UNBROKEN.findall(self._field.toPlainText())):
            self._holds_data = True
            self._field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    def _on_text_changed(self) -> None:
        if self._holds_data and self._field.document().isEmpty():
            self._holds_data = False
            self._field.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
