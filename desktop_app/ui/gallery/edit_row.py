"""Where a person says what shall be made from a picture: another picture, or a video."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.text_field import TextField


class EditRow(QWidget):
    """A field and two buttons, of which Enter presses the one for pictures.

    Signals:
        picture_requested, video_requested: What it shall be, in words.
    """

    picture_requested = Signal(str)
    video_requested = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.wish = TextField(look, self, px=size.TEXT)
        self.wish.setPlaceholderText(tr("Edit from here: what shall be different?"))
        self.wish.setAccessibleName(tr("What shall be different"))
        self.film = Button(look, self, text=tr("As a video"))
        self.film.describe(tr("Make a video that begins with this picture"))
        self.make = Button(look, self, text=tr("Make it"), tone=Tone.ACCENT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.wish, 1)
        for button in (self.film, self.make):
            button.setEnabled(False)
            button.setMinimumHeight(self.wish.minimumHeight())
            row.addWidget(button)
        self.wish.textChanged.connect(self._on_changed)
        self.wish.returnPressed.connect(self._on_make)
        self.make.clicked.connect(self._on_make)
        self.film.clicked.connect(self._on_film)

    def clear(self) -> None:
        """Forget what was written."""
        self.wish.clear()

    def write(self, text: str) -> None:
        """Go on in the field with what was typed beside it."""
        self.wish.setFocus(Qt.FocusReason.OtherFocusReason)
        self.wish.insert(text)

    def _on_changed(self, text: str) -> None:
        for button in (self.make, self.film):
            button.setEnabled(bool(text.strip()))

    def _on_make(self) -> None:
        if text := self._taken():
            self.picture_requested.emit(text)

    def _on_film(self) -> None:
        if text := self._taken():
            self.video_requested.emit(text)

    def _taken(self) -> str:
        text = self.wish.text().strip()
        self.wish.clear()
        return text
