"""Tooltips that teach a key, and follow when it is bound anew."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop_app.ui.key_words import shown_keys

_WORDS, _KEYS = "tip_words", "tip_keys"


def plain_tip(words: str) -> str:
    """A tooltip that says the words as they are.

    Qt takes what looks like HTML for HTML, and would read the pictures that it names: files of this
    computer, and on Windows of any other one.
    """
    if "<" not in words and "&" not in words:
        return words
    return f'<p style="white-space:pre-wrap">{html.escape(words)}</p>'


class Tips:
    """What the tooltips of one window say of its keys. Main thread only."""

    def __init__(self) -> None:
        self._bound: dict[
            str, str
        ] = {}  # by what was bound at first; keys that stayed are not here

    def set(self, widget: QWidget, words: str, keys: str = "") -> None:
        """Give a widget its tooltip.

        Args:
            keys: As the table of shortcuts has them, whatever a person chose since; or empty.
        """
        widget.setProperty(_WORDS, words)
        widget.setProperty(_KEYS, keys)
        now = self._bound.get(keys, keys)
        shown = shown_keys(now) or now
        widget.setToolTip(plain_tip(f"{words} ({shown})" if shown else words))

    def bind(self, window: QWidget, bound: Mapping[str, str]) -> None:
        """Say these keys from now on, on what is there and on what will come."""
        if bound == self._bound:
            return
        self._bound = dict(bound)
        for widget in window.findChildren(QWidget):
            if keys := widget.property(_KEYS):
                self.set(widget, str(widget.property(_WORDS)), str(keys))
