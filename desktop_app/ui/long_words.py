"""Words that are longer than a narrow line, with places where a line may end within them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTextBoundaryFinder
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from desktop_app.prose import tr

_MAY_END = "\u200b"
_LONG_WORD = re.compile(r"\S{19,}")
_LONGEST_PART = 12  # letters
_PARTS_END = tuple("-_./\\")


class LongWords(QLabel):
    """Plain text that can be selected; what is copied of it has none of the places for ends."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(breakable(text), parent)
        self._given = text
        self.setAccessibleName(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    @property
    def selected(self) -> str:
        """What is selected, as it was given."""
        start = self.selectionStart()
        return _given_between(self._given, start, start + len(_units(self.selectedText())))

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        if self.hasSelectedText():
            QGuiApplication.clipboard().setText(self.selected)

    def select_all(self) -> None:
        """Select the whole text."""
        self.setSelection(0, len(_units(self.text())))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSelection(0, 0)  # nothing is dragged: Qt would drag the text with the places
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and self.hasSelectedText():
            clipboard.setText(self.selected, QClipboard.Mode.Selection)

    def menu(self) -> QMenu:
        """What can be done with the text."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy"), self.copy).setEnabled(self.hasSelectedText())
        menu.addAction(tr("Select all"), self.select_all)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.menu().popup(event.globalPos())


def breakable(text: str) -> str:
    """With places where a line may end within words that are longer than a narrow line."""
    return _LONG_WORD.sub(lambda long: _with_ends(_letters(long[0])), text)


def _given_between(given: str, start: int, end: int) -> str:
    """Of a text, what stands between two places of ``breakable``, counted as Qt counts."""
    left, found = _units(given), b""
    at = 0
    for number, unit in enumerate(_units(breakable(given))):
        if at < len(left) and unit == left[at]:
            at += 1
            found += unit if start <= number < end else b""
    return found.decode("utf-16-le", "surrogatepass")


def _units(text: str) -> list[bytes]:
    coded = text.encode("utf-16-le", "surrogatepass")
    return [coded[at : at + 2] for at in range(0, len(coded), 2)]


def _with_ends(letters: Sequence[str]) -> str:
    """After a sign of names of files, or after a dozen letters that are not joined in writing.

    Chinese, Japanese and Korean have ends of lines between their letters, and rules where none is.
    """
    written, count = "", 0
    for letter, after in zip(letters, (*letters[1:], ""), strict=True):
        written += letter
        count += 1
        if _has_ends(letter) or _has_ends(after):
            count = 0
            continue
        is_joined = all(
            unicodedata.bidirectional(one[:1] or " ") == "AL" for one in (letter, after)
        )
        may_end = letter in _PARTS_END or (count >= _LONGEST_PART and not is_joined)
        if may_end and after and after not in _PARTS_END:
            written += _MAY_END
            count = 0
    return written


def _has_ends(letter: str) -> bool:
    return unicodedata.east_asian_width(letter[:1] or " ") in "WF"


def _letters(word: str) -> Sequence[str]:
    """As people see them: with their accents, and families of emoji as one."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, word)
    units = word.encode("utf-16-le", "surrogatepass")  # which the finder counts
    letters, at = [], 0
    while (end := finder.toNextBoundary()) > at:
        letters.append(units[2 * at : 2 * end].decode("utf-16-le", "surrogatepass"))
        at = end
    return letters
