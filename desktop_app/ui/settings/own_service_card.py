"""A service of one's own: a name and an address."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import WrappedText
from desktop_app.ui.text_field import TextField

_TAKEN = ("embedded", "backboard")


class OwnServiceCard(QWidget):
    """Adds a profile.

    Signals:
        added: Name and address of the service.
    """

    added = Signal(str, str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = TextField(look, self)
        self.name.setPlaceholderText(tr("Name"))
        self.name.setAccessibleName(tr("Name of the service"))
        self.address = TextField(look, self)
        self.address.setPlaceholderText("https://host/api")
        self.address.setAccessibleName(tr("Address of the service"))
        self.add = Button(look, self, text=tr("Add"), tone=Tone.OUTLINE)
        self._words = WrappedText(look, self, "", size.SMALL, "dim")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(self.address, 2)
        line.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self._words)
        for field in (self.name, self.address):
            field.textChanged.connect(self._on_text)
            field.returnPressed.connect(self._on_add)
        self.add.clicked.connect(self._on_add)
        self._on_text()

    @property
    def fault(self) -> str:
        """What is wrong with what was written, empty when nothing is."""
        name, address = self.name.text().strip(), self.address.text().strip()
        if name.casefold() in _TAKEN:
            return tr("This name is taken. Choose another one.")
        if address and not address.startswith(("http://", "https://")):
            return tr("An address begins with https:// or http://.")
        return ""

    def _on_text(self) -> None:
        whole = bool(self.name.text().strip() and self.address.text().strip())
        fault = self.fault
        self.add.setEnabled(whole and not fault)
        hint = tr("Any service with a Backboard-compatible API, under a name of yours.")
        self._words.show_text(fault or hint, "warn" if fault else "dim")

    def _on_add(self) -> None:
        if self.add.isEnabled():
            name, address = self.name.text().strip(), self.address.text().strip()
            self.name.clear()
            self.address.clear()
            self.added.emit(name, address)
