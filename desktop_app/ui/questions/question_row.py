"""One typed question: its words, the kind of its answer and, where it has some, the answers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.look import Look
from desktop_app.ui.panels.fields import LineField, TextField
from desktop_app.ui.questions.written_questions import Kind, Written
from desktop_app.ui.settings.row_widgets import Choice, WrappedText

_KINDS = {
    Kind.YES_NO: mark("Yes or no"),
    Kind.CHOICE: mark("One of several"),
    Kind.SCALE: mark("A scale"),
}
_HINTS = {
    Kind.CHOICE: mark("Answers, one on each line; what one means may follow a colon"),
    Kind.SCALE: mark("Levels, one on each line, the lowest first"),
}
_MARK = 16  # px at 1x, of the list
_AROUND_KIND = 36  # px around its words and the mark
_WORDS_TO_KIND = 3  # the row is at least so many times as wide as the list of kinds


class QuestionRow(QWidget):
    """Fields of one question.

    Signals:
        changed: Something else is written.
        submitted: All questions shall be asked.
        removed: This one shall go.
    """

    spoken_role = "Grouping"

    changed = Signal()
    submitted = Signal()
    removed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = LineField(look, self, tr("Question"))
        self.kind = Choice(look, self)
        self.kind.setAccessibleName(tr("Kind of answer"))
        for kind, words in _KINDS.items():
            self.kind.addItem(tr(words), kind)
        self.remove = Button(look, self, icon="close", says=tr("Remove this question"))
        self.options = TextField(look, self, "", lines=4)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.fault = WrappedText(look, self, "", size.CAPTION, "danger")
        self._lay_out(look)
        self.words.textChanged.connect(self._on_changed)
        self.words.returnPressed.connect(self.submitted)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.options.changed.connect(self._on_changed)
        self.options.submitted.connect(self.submitted)
        self.remove.clicked.connect(self.removed)
        self.setFocusProxy(self.words)
        self._on_kind()

    def _lay_out(self, look: Look) -> None:
        widest = max(self.kind.fontMetrics().horizontalAdvance(tr(one)) for one in _KINDS.values())
        self.kind.setMinimumWidth(widest + look.scaled(_MARK) + _AROUND_KIND)
        self.words.setMinimumHeight(self.kind.minimumHeight())
        tail = QHBoxLayout()
        tail.addWidget(self.kind)
        tail.addWidget(self.remove)
        tail.addStretch(1)
        self._line.setSpacing(8)
        self._line.addWidget(self.words, 1)
        self._line.addLayout(tail)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(6)
        column.addLayout(self._line)
        column.addWidget(self.options)
        column.addWidget(self.fault)

    @property
    def parts(self) -> list[QWidget]:
        """What the keys go to, in order."""
        return [self.words, self.kind, self.remove, self.options.page]

    @property
    def written(self) -> Written:
        """What stands in the fields."""
        return Written(self.words.text(), Kind(self.kind.currentData()), self.options.text)

    def show_number(self, number: int, *, can_be_removed: bool) -> None:
        """Say which one it is."""
        self.setAccessibleName(tr("Question {number}").format(number=number))
        self.remove.setVisible(can_be_removed)

    def show_fault(self, words: str) -> None:
        """Say why it cannot be asked, in the field that is to be mended; empty says nothing."""
        self.fault.show_text(words)
        self.fault.setVisible(bool(words))
        is_of_words = not self.words.text().strip() or self.options.isHidden()
        self.words.show_fault(is_there=bool(words) and is_of_words)
        self.options.show_fault(is_there=bool(words) and not is_of_words)
        self.setFocusProxy(self.options if words and not is_of_words else self.words)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where it is narrow, the kind stands below the words."""
        super().resizeEvent(event)
        is_narrow = self.width() < _WORDS_TO_KIND * self.kind.minimumWidth()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._line.setDirection(down if is_narrow else across)

    def _on_kind(self) -> None:
        kind = Kind(self.kind.currentData())
        self.options.setVisible(kind in _HINTS)
        hint = tr(_HINTS[kind]) if kind in _HINTS else ""
        self.options.page.setPlaceholderText(hint)
        self.options.page.setAccessibleName(hint)
        self._on_changed()

    def _on_changed(self) -> None:
        self.show_fault("")
        self.changed.emit()
