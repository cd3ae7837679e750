"""Typed questions are written here, in place of the conversation that they are about."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.system_one import MOST_QUESTIONS
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.panels.fields import TextField
from desktop_app.ui.questions.question_row import QuestionRow
from desktop_app.ui.questions.written_questions import Written
from desktop_app.ui.settings.row_widgets import WrappedText

TITLE = mark("Questions with set answers")
_ABOUT = mark("Each is answered with how likely its answers are, in a reply in this thread.")
_STATE = mark("Empty for this conversation, as far as it has come.")


class QuestionsPage(QWidget):
    """Rows of questions, and the text that they are about.

    Signals:
        asked: They shall be asked.
        closed: They shall not be asked now; they stay written.
    """

    asked = Signal()
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setWindowTitle(tr(TITLE))
        self.rows: list[QuestionRow] = []
        self._inner = QWidget()
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.more = Button(
            look, self._inner, text=tr("Another question"), icon="plus", tone=Tone.OUTLINE
        )
        self.about = TextField(look, self._inner, tr(_STATE), lines=5)
        self.about.page.setAccessibleName(tr("What the questions are about"))
        self.note = WrappedText(look, self._inner, "", size.SMALL, "danger")
        self.note.hide()
        self.ask = Button(look, self._inner, text=tr("Ask"), tone=Tone.ACCENT)
        self.ask.describe(tr("Ask"), "Enter")
        self.cancel = Button(look, self._inner, text=tr("Cancel"), tone=Tone.OUTLINE)
        self.cancel.describe(tr("Cancel"), "Esc")
        self._lay_out()
        self.more.clicked.connect(self._on_more)
        self.about.submitted.connect(self.asked)
        self.about.changed.connect(self.note.hide)
        self.ask.clicked.connect(self.asked)
        self.cancel.clicked.connect(self.closed)
        self.clear()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 20, 0, 24)
        column.setSpacing(8)
        column.addWidget(WrappedText(self._look, self._inner, tr(_ABOUT), size.SMALL, "dim"))
        column.addSpacing(8)
        column.addLayout(self._list)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        column.addSpacing(12)
        heading = tr("What the questions are about")
        weight = QFont.Weight.DemiBold
        column.addWidget(Label(self._look, self._inner, heading, px=size.SMALL, weight=weight))
        column.addWidget(self.about)
        column.addWidget(self.note)
        column.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.addWidget(self.ask)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)
        area = PageArea(self._look, self)
        area.setAccessibleName(tr(TITLE))
        area.hold(self._inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    @property
    def written(self) -> list[Written]:
        """The questions, as they stand there."""
        return [row.written for row in self.rows]

    def clear(self) -> None:
        """One empty question, about the conversation."""
        while self.rows:
            self._drop(self.rows[-1])
        self.about.show_text("")
        self._add()

    def show_fault(self, place: int, words: str) -> None:
        """Say why a question cannot be asked, and go there."""
        self.rows[place].show_fault(words)
        self.rows[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_note(self, words: str) -> None:
        """Say why nothing was asked."""
        self.note.show_text(words)
        self.note.show()
        self.about.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_more(self) -> None:
        self._add().setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> QuestionRow:
        row = QuestionRow(self._look, self._inner)
        row.submitted.connect(self.asked)
        row.removed.connect(self._on_removed)
        self.rows.append(row)
        self._list.addWidget(row)
        row.show()  # at once, so that the keys can go there
        self._number()
        return row

    def _on_removed(self) -> None:
        row = self.sender()
        assert isinstance(row, QuestionRow)
        place = self.rows.index(row)
        self._drop(row)
        self._number()
        self.rows[max(0, place - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self, row: QuestionRow) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _number(self) -> None:
        for number, row in enumerate(self.rows, 1):
            row.show_number(number, can_be_removed=len(self.rows) > 1)
        self.more.setEnabled(len(self.rows) < MOST_QUESTIONS)
        self.setFocusProxy(self.rows[0])
        of_rows = [part for row in self.rows for part in row.parts]
        _in_order([*of_rows, self.more, self.about.page, self.ask, self.cancel])


def _in_order(chain: list[QWidget]) -> None:
    """Tab goes down the page, whenever a row was added."""
    for before, after in pairwise(chain):
        QWidget.setTabOrder(before, after)
