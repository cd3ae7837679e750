"""Assistants: a list beside the one that is looked at, with its documents."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr, tr_n
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.ui import look as size
from desktop_app.ui.announcer import say_through
from desktop_app.ui.assistants.assistant_form import AssistantForm
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.chat.empty_state import EmptyPane
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.panels.files_panel import FilesPanel
from desktop_app.ui.panels.rows import Action, Rows, RowText
from desktop_app.ui.wording import apart

NO_ASSISTANTS = mark("Parley's own assistant appears here with the first question.")
_CHOOSE = mark("Choose one on the left to change it, or make another.")
_MAKE = mark("Make one of your own.")
_ABOUT = mark("What an assistant is told, can and knows")
_NO_DOCUMENTS = mark("None yet. It looks things up in them in each of its threads.")
_LIST_WIDTH = 300
_DOCUMENTS_HEIGHT = 220
_OUTSET = 10  # px around rows, of which one is in use


class AssistantsPage(QWidget):
    """A list, and a form for one.

    Attributes:
        first_stop: Has the keys at first. As the page's focus proxy it would get them back from the
            last row, too.

    Signals:
        new_requested: Another assistant is to be made.
    """

    new_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setWindowTitle(tr("Assistants"))
        self.new = Button(look, self, text=tr("New assistant"), icon="plus", tone=Tone.OUTLINE)
        self.new.clicked.connect(self.new_requested)
        actions = (
            Action("use", "chat", tr("Let it answer in this thread")),
            Action("edit", "edit", tr("Change")),
            Action("clone", "copy", tr("Copy with its documents and memories")),
            Action("delete", "trash", tr("Delete")),
        )
        self.rows = Rows(look, self, actions, outset=_OUTSET, press="edit")
        self.form = AssistantForm(look, self)
        self.documents = FilesPanel(look, self, tr(_NO_DOCUMENTS))
        self._title = Label(look, self, px=size.TITLE, weight=QFont.Weight.DemiBold)
        self._heading = Label(look, self, tr("Documents"), weight=QFont.Weight.DemiBold)
        self._nobody = EmptyPane(look, self, "edit", tr(_ABOUT), tr(_MAKE))
        self._right = QStackedLayout()
        self._right.addWidget(self._nobody)
        self._right.addWidget(self._column())
        self._lay_out()
        self.first_stop = self.new

    def _column(self) -> PageArea:
        area = self._area = PageArea(self._look, self)
        area.setAccessibleName(tr(_ABOUT))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields have the keys, and scroll it
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 16, 0, 24)
        for part in (self._title, self.form, self._heading, self.documents):
            part.setParent(inner)
            column.addWidget(part)
        self.documents.setMinimumHeight(_DOCUMENTS_HEIGHT)
        column.addStretch(1)
        area.hold(inner)
        return area

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        top = QHBoxLayout()
        top.setContentsMargins(_OUTSET, 0, _OUTSET, 0)
        top.addWidget(self.new)
        top.addStretch(1)
        left.addLayout(top)
        left.addWidget(self.rows, 1)
        side = QWidget(self)
        side.setFixedWidth(min(self._look.scaled(_LIST_WIDTH), 340))
        side.setLayout(left)
        left.setContentsMargins(*mirrored_margins(20 - _OUTSET, 12, 8, 8))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addLayout(self._right, 1)

    def show_assistants(self, rows: Sequence[RowText]) -> None:
        """List these, and say what can be done with them."""
        self.rows.show_rows(rows)
        self._nobody.show_hint(tr(_CHOOSE) if rows else tr(_MAKE))

    @property
    def is_editing(self) -> bool:
        """Whether one is looked at."""
        return self._right.currentIndex() == 1

    def open_form(self, title: str, *, has_documents: bool, keeps_place: bool = False) -> None:
        """Look at one; a new one has no documents yet.

        Args:
            keeps_place: It is looked at already, and what has the keyboard keeps it.
        """
        self._title.show_text(title)
        self._heading.setVisible(has_documents)
        self.documents.setVisible(has_documents)
        self._right.setCurrentIndex(1)
        if not keeps_place:
            self.form.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_form(self, assistant_id: str = "") -> None:
        """Look at none; keys that were there go back to where that one was opened."""
        tab = Qt.FocusReason.TabFocusReason
        has_keys = self._area.isAncestorOf(QApplication.focusWidget() or self)
        if has_keys and not self.rows.focus_action(assistant_id, "edit", tab):
            self.new.setFocus(tab)
        self._right.setCurrentIndex(0)

    def show_failure(self, text: str) -> None:
        """Say why it was not saved, where that can be tried again."""
        self.form.show_note(text)
        say_through(self)(text)
        self.form.save.setFocus(Qt.FocusReason.TabFocusReason)
        QTimer.singleShot(0, self._show_steps)

    def _show_steps(self) -> None:
        self._area.ensureWidgetVisible(self.form.save)


def assistant_row(
    one: Assistant, *, is_own: bool, is_chosen: bool, is_deleted: bool = False
) -> RowText:
    """An assistant in words: who it is, and what it can call."""
    count = len(one.tools or ())
    functions = tr_n("{number} function", "{number} functions", count).format(number=count)
    facts = (
        tr("answers here") if is_chosen else "",
        tr("Parley's own") if is_own else one.description or "",
        functions if count else "",
    )
    title = one.name
    if is_deleted:
        title = tr("{name} with its threads at the service, documents and memories").format(
            name=one.name
        )
    return RowText(
        one.assistant_id,
        title,
        " · ".join(apart(fact) for fact in facts if fact),
        is_deleted=is_deleted,
        is_chosen=is_chosen,
        without=("delete",) if is_own else (),
    )
