"""A line whose step deletes something, and therefore asks once more."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import WrappedText


class ConfirmLine(QWidget):
    """A title with a note; after its step a question in place of the title, with two answers.

    Args:
        step: What begins it; also the word of the answer that deletes.

    Attributes:
        beside: What gives the question its room.

    Signals:
        confirmed: It is to be done.
    """

    confirmed = Signal()

    def __init__(self, look: Look, parent: QWidget, title: str, question: str, step: str) -> None:
        super().__init__(parent)
        self.beside: tuple[QWidget, ...] = ()
        self._title = title
        self._question = question
        self._is_offered = True
        self.words = WrappedText(look, self, title, size.TEXT, "text")
        self.note = WrappedText(look, self, "", size.SMALL, "dim")
        self.note.setWordWrap(False)
        self.begin = Button(look, self, text=step, tone=Tone.OUTLINE)
        self.begin.describe(wording.labelled(step, title))
        self.keep = Button(look, self, text=tr("Keep"), tone=Tone.OUTLINE)
        self.delete = Button(look, self, text=step, tone=Tone.ACCENT)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 5, 0, 5)
        self.line.setSpacing(10)
        self.line.addWidget(self.words, 1)
        for part in (self.note, self.begin, self.keep, self.delete):
            self.line.addWidget(part)
        self.begin.clicked.connect(self._on_begin)
        self.keep.clicked.connect(self._on_keep)
        self.delete.clicked.connect(self._on_delete)
        self._ask(False)

    def offer(self, is_offered: bool) -> None:
        """Whether there is such a step at all now."""
        self._is_offered = is_offered
        self._ask(self._is_asking and is_offered)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Who comes back later is not one press away from what a question was left open about."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._ask(False)

    def _ask(self, is_asking: bool) -> None:
        self._is_asking = is_asking
        self.words.setText(self._question if is_asking else self._title)
        for part in (self.keep, self.delete):
            part.setVisible(is_asking)
        self.begin.setVisible(not is_asking and self._is_offered)
        for other in self.beside:
            other.setVisible(not is_asking)

    def _on_begin(self) -> None:
        self._ask(True)
        self.keep.setFocus()

    def _on_keep(self) -> None:
        self._ask(False)
        self.begin.setFocus()

    def _on_delete(self) -> None:
        self._on_keep()
        self.confirmed.emit()
