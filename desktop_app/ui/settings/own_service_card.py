"""Services of one's own: a name, an address, and what else they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.settings import ProfileSettings
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.long_words import breakable
from desktop_app.ui.look import Look
from desktop_app.ui.settings.confirm_line import ConfirmLine
from desktop_app.ui.settings.row_widgets import WrappedText
from desktop_app.ui.settings.setting_table import address_fault
from desktop_app.ui.text_field import TextField
from desktop_app.ui.tips import plain_tip
from desktop_app.unusable_settings import is_address

_REMOVE = mark(
    "Remove {name}? Its key is removed too. Threads stay, and what was chosen for it in them."
)
_TAKEN = ("embedded", "backboard")


class OwnServiceCard(QWidget):
    """Adds, changes and removes profiles.

    Signals:
        saved: Name before, empty for a new one; name now; its ProfileSettings.
        removed: Name of the service.
    """

    saved = Signal(str, str, object)
    removed = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._known: Mapping[str, ProfileSettings] = {}
        self._edited = ""
        self.lines: dict[str, ConfirmLine] = {}
        self.name = self._field(tr("Name"), tr("Name of the service"))
        self.address = self._field(tr("Address of the service"), "https://host/api")
        self.voice = self._field(tr("Voice gateway, if any"), "wss://host/v1/voice/ws")
        self.realtime = self._field(tr("Realtime model, if any"), tr("provider/model"))
        self.add = Button(look, self, text=tr("Add"), tone=Tone.OUTLINE)
        self.cancel = Button(look, self, text=tr("Cancel"), tone=Tone.OUTLINE)
        self._words = WrappedText(look, self, "", size.SMALL, "dim")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(6)
        column.addWidget(WrappedText(look, self, tr("Services of your own"), size.TEXT, "text"))
        column.addLayout(self._list)
        for fields in ((self.name, self.address), (self.voice, self.realtime)):
            line = QHBoxLayout()
            line.setSpacing(8)
            for field in fields:
                line.addWidget(field, 2 if field is self.address or field is self.voice else 1)
            column.addLayout(line)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._words, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.add)
        column.addLayout(foot)
        self.add.clicked.connect(self._on_add)
        self.cancel.clicked.connect(self._leave)
        self._leave()

    def _field(self, name: str, example: str) -> TextField:
        field = TextField(self._look, self)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.setToolTip(plain_tip(example))
        field.textChanged.connect(self._on_text)
        field.returnPressed.connect(self._on_add)
        return field

    def show_services(self, known: Mapping[str, ProfileSettings]) -> None:
        """List those that there are."""
        if known == self._known:
            return
        self._known = dict(known)
        for line in self.lines.values():
            self._list.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = {name: self._line(name, one) for name, one in known.items()}
        self._on_text()

    def _line(self, name: str, one: ProfileSettings) -> ConfirmLine:
        shown = breakable(name)  # one that is long must not make the page wider than the window
        question = tr(_REMOVE).format(name=shown)
        line = ConfirmLine(self._look, self, shown, question, tr("Remove"))
        line.begin.describe(wording.labelled(tr("Remove"), name))
        line.note.setText(breakable(one.base_url or one.voice_url))
        line.note.setWordWrap(True)
        edit = Button(self._look, line, text=tr("Edit"), tone=Tone.OUTLINE)
        edit.describe(tr("Edit {name}").format(name=name))
        edit.setObjectName(name)
        edit.clicked.connect(self._on_edit)
        line.line.insertWidget(line.line.indexOf(line.begin), edit)
        line.beside = (line.note, edit)
        line.setObjectName(name)
        line.confirmed.connect(self._on_removed)
        self._list.addWidget(line)
        return line

    @property
    def _name(self) -> str:
        """In one line, whatever it was copied from."""
        return " ".join(self.name.text().split())

    @property
    def fault(self) -> str:
        """What is wrong with what was written, empty when nothing is."""
        name, address = self._name, self.address.text().strip()
        others = {one.casefold() for one in self._known if one != self._edited}
        if name.casefold() in {*_TAKEN, *others}:
            return tr("This name is taken. Choose another one.")
        if fault := address_fault(address):
            return fault
        voice, realtime = self.voice.text().strip(), self.realtime.text().strip()
        if voice and not is_address(voice, "ws", "wss"):
            return tr("A voice gateway begins with wss:// or ws://.")
        if realtime and not all(realtime.partition("/")):
            return tr("A realtime model is named provider/model.")
        return ""

    def _on_text(self) -> None:
        addresses = self.address.text() + self.voice.text()
        whole = bool(self._name and addresses.strip())
        fault = self.fault
        self.add.setEnabled(whole and not fault)
        hint = tr("A Backboard-compatible API, a voice gateway or both, under a name of yours.")
        self._words.show_text(fault or hint, "warn" if fault else "dim")

    def _on_add(self) -> None:
        if not self.add.isEnabled():
            return
        before, name = self._edited, self._name
        service = replace(
            self._known.get(before, ProfileSettings()),
            base_url=self.address.text().strip(),
            voice_url=self.voice.text().strip(),
            realtime=self.realtime.text().strip(),
        )
        self._leave()
        self.saved.emit(before, name, service)

    def _on_edit(self) -> None:
        name = self.sender().objectName()
        service = self._known[name]
        self._edited = name
        self.name.setText(name)
        self.address.setText(service.base_url)
        self.voice.setText(service.voice_url)
        self.realtime.setText(service.realtime)
        self.add.setText(tr("Save"))
        self.cancel.show()
        self.name.setFocus()

    def _on_removed(self) -> None:
        name = self.sender().objectName()
        if name == self._edited:
            self._leave()
        self.removed.emit(name)

    def _leave(self) -> None:
        """The form as it is for a new one."""
        self._edited = ""
        for field in (self.name, self.address, self.voice, self.realtime):
            field.clear()
        self.add.setText(tr("Add"))
        self.cancel.hide()
        self._on_text()
