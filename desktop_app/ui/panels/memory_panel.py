"""What is remembered: to look through, correct, add to and forget."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.journal.origins import Origin
from desktop_app.prose import mark, tr, tr_n
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.clear_mark import ClearMark
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.numbers import whole
from desktop_app.ui.panels.amounts import day
from desktop_app.ui.panels.fields import LineField, TextField
from desktop_app.ui.panels.rows import Action, Rows, RowText, wrapped
from desktop_app.ui.wording import apart

SEARCH_PAUSE_MS = 250
_FROM_TURNS = ("learned", "asked")  # “Remember that …” is asked in a turn, too
_SEARCH = mark("Search memories")
_ADD = mark("Add")
_EDIT = mark("Edit")
_DELETE = mark("Delete")
_SAVE = mark("Save")
_CANCEL = mark("Cancel")
_WRITE = mark("Something to remember")
_RESET = mark("Forget everything")
_KEEP = mark("Keep them")
NO_MEMORIES = mark(
    "Nothing is remembered yet. Say “remember that …”, or add something here. It can be turned off "
    "in the settings."
)
NO_MATCH = mark("Nothing that is remembered fits these words.")


class MemoryEditor(QWidget):
    """Writes a memory, new or changed.

    Signals:
        saved: Id of the memory, empty for a new one; its text; and the assistant's id, empty for
            the one of the open thread.
        keys_given_back: Id of the memory that is written no more; it had the keys.
    """

    saved = Signal(str, str, str)
    keys_given_back = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._memory_id = self._whose = self._opened_with = ""
        self._given_back: list[tuple[str, str, str]] = []
        self.field = TextField(look, self, tr(_WRITE), lines=3)
        self.save = Button(look, self, text=tr(_SAVE), tone=Tone.ACCENT)
        self.cancel = Button(look, self, text=tr(_CANCEL))
        self.field.changed.connect(self._on_changed)
        self.field.submitted.connect(self._on_saved)
        self.save.clicked.connect(self._on_saved)
        self.cancel.clicked.connect(self.close_editor)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.addWidget(self.field)
        column.addLayout(buttons)
        self.hide()

    def open_for(self, memory_id: str, text: str) -> None:
        """Begin to write; what is being written already comes back afterwards."""
        if not self.isHidden() and self.field.text not in (self._opened_with, text):
            self._given_back.append((self._memory_id, self.field.text, self._whose))
        self._show(memory_id, text, "")
        self.field.page.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def give_back(self, memory_id: str, text: str, whose: str) -> None:
        """Let what could not be saved be changed, at once or after what is being written.

        The keys stay where they are: one may be writing a message.
        """
        if self.isHidden():
            self._show(memory_id, text, whose)
        else:
            self._given_back.append((memory_id, text, whose))

    def _show(self, memory_id: str, text: str, whose: str) -> None:
        self._memory_id, self._whose, self._opened_with = memory_id, whose, text
        self.field.show_text(text)
        self._on_changed()
        self.show()

    def close_editor(self) -> None:
        """Leave what is written."""
        if self.isAncestorOf(QApplication.focusWidget() or self.window()):
            self.keys_given_back.emit(self._memory_id)
        self.hide()
        if self._given_back:
            self._show(*self._given_back.pop(0))

    def _on_changed(self) -> None:
        self.save.setEnabled(bool(self.field.text.strip()))

    def _on_saved(self) -> None:
        text = self.field.text.strip()
        if text:
            self.saved.emit(self._memory_id, text, self._whose)
            self.close_editor()


class MemoryPanel(QWidget):
    """Memories of one assistant.

    Signals:
        search_changed: The words to look for; empty lists all.
        reset_requested: Everything shall be forgotten; asked and answered in place.
        all_requested: Not only those of one turn shall be listed.
    """

    search_changed = Signal(str)
    reset_requested = Signal()
    all_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.search = LineField(look, self, tr(_SEARCH), icon="search")
        ClearMark(look, self.search)
        self.add = Button(look, self, text=tr(_ADD), icon="plus", tone=Tone.OUTLINE)
        self.add.setMinimumHeight(self.search.minimumHeight())
        self.editor = MemoryEditor(look, self)
        actions = (
            Action("turn", "chat", tr("Show where it was learned")),
            Action("edit", "edit", tr(_EDIT)),
            Action("delete", "trash", tr(_DELETE)),
        )
        self.rows = Rows(look, self, actions)
        self.of_turn = Label(look, self, tr("Learned from one turn"), weight=QFont.Weight.DemiBold)
        self.all = Button(look, self, text=tr("Show all"), tone=Tone.LINK)
        self.total = Label(look, self, px=size.CAPTION, ink="faint")
        self.reset = Button(look, self, text=tr(_RESET), tone=Tone.LINK)
        self._question = wrapped(look, self, "")
        self.confirm = Button(look, self, text=tr(_RESET), tone=Tone.OUTLINE)
        self.keep = Button(look, self, text=tr(_KEEP))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._count = 0
        self._connect()
        self._lay_out()
        self._ask_reset(False)
        self.show_total(0)
        self.show_of_turn(False)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._on_paused)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._on_paused)
        self.add.clicked.connect(self._on_add)
        self.editor.keys_given_back.connect(self._take_keys)
        self.all.clicked.connect(self.all_requested)
        self.reset.clicked.connect(self._on_reset)
        self.keep.clicked.connect(self._on_keep)
        self.confirm.clicked.connect(self._on_confirm)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.add)
        foot = QHBoxLayout()
        for part in (self.total, self.reset, self.confirm, self.keep):
            foot.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        beside = QHBoxLayout()
        beside.setContentsMargins(0, 6, 0, 0)
        beside.addWidget(self.of_turn)
        beside.addWidget(self.all)
        column.addLayout(beside)
        column.addWidget(self.editor)
        column.addWidget(self.rows, 1)
        column.addWidget(self._question)
        column.addLayout(foot)

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.search.text().strip()

    def show_total(self, count: int) -> None:
        """Say how many there are."""
        self._count = count
        words = tr_n("{number} memory", "{number} memories", count).format(number=whole(count))
        self.total.show_text(words if count else "")
        self.reset.setVisible(count > 0 and self.confirm.isHidden())

    def show_of_turn(self, is_of_turn: bool) -> None:
        """Say that only what one turn taught is listed."""
        self.of_turn.setVisible(is_of_turn)
        self.all.setVisible(is_of_turn)

    def _on_paused(self) -> None:
        self._pause.stop()
        self.search_changed.emit(self.words)

    def _on_add(self) -> None:
        self.editor.open_for("", "")

    def _on_reset(self) -> None:
        self._ask_reset(True)
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_keep(self) -> None:
        self._ask_reset(False)
        self.reset.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_confirm(self) -> None:
        self._ask_reset(False)
        self.add.setFocus(Qt.FocusReason.TabFocusReason)
        self.reset_requested.emit()

    def _take_keys(self, memory_id: str) -> None:
        """Back to the button that led to what was written."""
        if not self.rows.focus_action(memory_id, "edit", Qt.FocusReason.TabFocusReason):
            self.add.setFocus(Qt.FocusReason.TabFocusReason)

    def _ask_reset(self, is_asked: bool) -> None:
        question = tr_n(
            "Forget this memory for good?", "Forget all {number} memories for good?", self._count
        )
        self._question.setText(question.format(number=whole(self._count)))
        for part in (self._question, self.confirm, self.keep):
            part.setVisible(is_asked)
        self.reset.setVisible(self._count > 0 and not is_asked)
        self.total.setVisible(not is_asked)


def memory_row(
    memory: StoredMemory, origin: Origin | None = None, *, is_deleted: bool = False
) -> RowText:
    """A memory in words: what, since when, and how it was learned."""
    metadata = memory.metadata or {}
    is_learned = metadata.get("source") in _FROM_TURNS
    source = tr(mark("from a conversation")) if is_learned else tr(mark("added by hand"))
    if origin is not None:
        source = tr("from “{title}”").format(title=origin.title or tr("a new thread"))
    facts = [day(memory.updated_at or memory.created_at), source]
    return RowText(
        memory.id,
        memory.content,
        " · ".join(apart(fact) for fact in facts if fact),
        is_deleted=is_deleted,
        without=() if origin is not None else ("turn",),
    )
