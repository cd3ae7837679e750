"""A service's key: typed, checked by the service itself, kept in the system's keyring."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import WrappedText
from desktop_app.ui.text_field import TextField


class KeyCard(QWidget):
    """Shows what is known of the key; never the key.

    Signals:
        key_given: A key that shall be checked and kept.
    """

    key_given = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_busy = False
        self.field = TextField(look, self)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(tr("Paste the key of your account"))
        self.field.setAccessibleName(tr("Key"))
        self.check = Button(look, self, text=tr("Check and keep"), tone=Tone.OUTLINE)
        self.check.setMinimumHeight(self.field.minimumHeight())
        self.words = WrappedText(look, self, "", size.SMALL, "dim")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.words)
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(self._on_given)
        self.check.clicked.connect(self._on_given)
        self._on_text("")

    def show_words(self, words: str, ink: str = "dim") -> None:
        """Say how it stands."""
        self.words.show_text(words, ink)

    def show_busy(self, is_busy: bool) -> None:
        """While the service is asked, nothing can be typed; the keyboard stays where it is."""
        self._is_busy = is_busy
        self.field.setReadOnly(is_busy)

    def _on_text(self, text: str) -> None:
        self.check.setEnabled(bool(key_in(text)))

    def _on_given(self) -> None:
        key = key_in(self.field.text())
        if key and not self._is_busy:
            self.key_given.emit(key)


def key_in(pasted: str) -> str:
    """A key without what was copied along: ends of lines, blanks, the word before it."""
    words = pasted.split()
    return "".join(words[1:] if words[:1] == ["Bearer"] else words)
