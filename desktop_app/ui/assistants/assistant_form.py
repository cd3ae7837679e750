"""What makes an assistant: written, checked and saved in one column."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.service_calls import AssistantDraft
from desktop_app.protocol.tool_text import ToolTextError, read_tool_text, tool_text
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.panels.fields import LineField, TextField
from desktop_app.ui.settings.row_widgets import Number, WrappedText

LONGEST_NAME = 255
_TOOLS_HINT = mark("JSON, as functions are described for models. A call of one waits for you.")
_FACTS_HINT = mark("Empty for the usual way. What it is told when it looks for facts to remember.")
_UPDATE_HINT = mark("Empty for the usual way. What it is told when new facts meet old ones.")


class Written(NamedTuple):
    """The text of every field, as it stands there.

    Attributes:
        model: ``provider/model`` with which its threads begin; kept by Parley, not the service.
    """

    name: str = ""
    description: str = ""
    system_prompt: str = ""
    model: str = ""
    tools: str = ""
    pieces: int = 10
    facts_prompt: str = ""
    update_prompt: str = ""


def written_of(assistant: Assistant, model: str = "") -> Written:
    """An assistant as it is shown to be changed."""
    return Written(
        assistant.name,
        assistant.description or "",
        assistant.system_prompt or "",
        model,
        tool_text(assistant.tools or []),
        assistant.tok_k or 10,
        assistant.custom_fact_extraction_prompt or "",
        assistant.custom_update_memory_prompt or "",
    )


def draft_of(written: Written) -> AssistantDraft:
    """What is sent of it.

    Raises:
        ToolTextError: Its functions cannot be used.
    """
    return AssistantDraft(
        name=written.name.strip(),
        description=written.description.strip(),
        system_prompt=written.system_prompt.strip(),
        tools=tuple(read_tool_text(written.tools)),
        tok_k=written.pieces,
        custom_fact_extraction_prompt=written.facts_prompt.strip(),
        custom_update_memory_prompt=written.update_prompt.strip(),
    )


class AssistantForm(QWidget):
    """Fields of one assistant.

    Signals:
        changed: Something else is written.
        save_requested: It shall be saved; the functions in it can be used.
        closed: It shall not be changed after all.
    """

    changed = Signal()
    save_requested = Signal()
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 12)
        self._column.setSpacing(4)
        self.name = self._line(tr("Name"))
        self.name.setMaxLength(LONGEST_NAME)
        self.description = self._line(tr("Description"))
        self.prompt = self._text(tr("What it is told"), 7)
        self.model = self._line(
            tr("Model that its threads begin with"), tr("Kept on this computer; may be empty.")
        )
        self.model.setPlaceholderText("openai/gpt-4.1")
        self.tools = self._text(
            tr("Functions"),
            8,
            tr(_TOOLS_HINT),
            is_code=True,
        )
        self.fault = WrappedText(look, self, "", size.SMALL, "danger")
        self._column.addWidget(self.fault)
        self.pieces = self._number(tr("Pieces of documents for each question"))
        self.facts_prompt = self._text(tr("How it finds facts"), 3, tr(_FACTS_HINT))
        self.update_prompt = self._text(tr("How it keeps them"), 3, tr(_UPDATE_HINT))
        self.note = WrappedText(look, self, "", size.SMALL, "danger")
        self.save = Button(look, self, text=tr("Save"), tone=Tone.ACCENT)
        self.cancel = Button(look, self, text=tr("Cancel"), tone=Tone.OUTLINE)
        self._add_buttons()
        self._connect()
        self.setFocusProxy(self.name)
        self.show_written(Written())

    def _heading(self, title: str, hint: str) -> None:
        self._column.addSpacing(8)
        heading = Label(self._look, self, title, px=size.SMALL, weight=QFont.Weight.DemiBold)
        self._column.addWidget(heading)
        if hint:
            self._column.addWidget(WrappedText(self._look, self, hint, size.CAPTION, "dim"))

    def _line(self, title: str, hint: str = "") -> LineField:
        self._heading(title, hint)
        field = LineField(self._look, self, "")
        field.setAccessibleName(title)
        field.setAccessibleDescription(hint)
        self._column.addWidget(field)
        return field

    def _text(self, title: str, lines: int, hint: str = "", *, is_code: bool = False) -> TextField:
        self._heading(title, hint)
        field = TextField(self._look, self, "", lines=lines, is_code=is_code)
        field.page.setAccessibleName(title)
        field.page.setAccessibleDescription(hint)
        self._column.addWidget(field)
        return field

    def _number(self, title: str) -> Number:
        self._heading(title, "")
        number = Number(self._look, self)
        number.setRange(1, 100)
        number.setAccessibleName(title)
        self._column.addWidget(number, 0, Qt.AlignmentFlag.AlignLeading)
        return number

    def _add_buttons(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        self._column.addSpacing(8)
        self._column.addWidget(self.note)
        self._column.addLayout(buttons)

    def _connect(self) -> None:
        for line in (self.name, self.description, self.model):
            line.textChanged.connect(self._on_changed)
        for text in (self.prompt, self.tools, self.facts_prompt, self.update_prompt):
            text.changed.connect(self._on_changed)
            text.submitted.connect(self._on_save)
        self.pieces.valueChanged.connect(self._on_changed)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.closed)

    @property
    def written(self) -> Written:
        """What stands in the fields."""
        return Written(
            self.name.text(),
            self.description.text(),
            self.prompt.text,
            self.model.text().strip(),
            self.tools.text,
            self.pieces.value(),
            self.facts_prompt.text,
            self.update_prompt.text,
        )

    def show_written(self, written: Written) -> None:
        """Exchange what stands in the fields."""
        self.blockSignals(True)
        self.name.setText(written.name)
        self.description.setText(written.description)
        self.prompt.show_text(written.system_prompt)
        self.model.setText(written.model)
        self.tools.show_text(written.tools)
        self.pieces.setValue(written.pieces)
        self.facts_prompt.show_text(written.facts_prompt)
        self.update_prompt.show_text(written.update_prompt)
        self.blockSignals(False)
        self.show_note("")
        self._check()

    def show_note(self, text: str) -> None:
        """Say why it could not be saved; empty says nothing."""
        self.note.show_text(text)
        self.note.setVisible(bool(text))

    def _on_changed(self) -> None:
        self._check()
        self.show_note("")
        self.changed.emit()

    def _check(self) -> int:
        """Say what is wrong with the functions; returns the line, 0 for none."""
        line = 0
        words = ""
        try:
            read_tool_text(self.tools.text)
        except ToolTextError as fault:
            line = fault.line
            words = tr("Line {line}: {why}.").format(line=line, why=fault.reason)
        self.fault.show_text(words)
        self.fault.setVisible(bool(words))
        self.tools.show_fault(is_there=bool(words))
        self.tools.page.setAccessibleDescription(words or tr(_TOOLS_HINT))
        self.save.setEnabled(bool(self.name.text().strip()))
        return line

    def _on_save(self) -> None:
        line = self._check()
        if line:
            self._go_to(line)
        elif self.save.isEnabled():
            self.save_requested.emit()

    def _go_to(self, line: int) -> None:
        page = self.tools.page
        cursor = QTextCursor(page.document().findBlockByNumber(line - 1))
        page.setTextCursor(cursor)
        page.setFocus(Qt.FocusReason.OtherFocusReason)
