"""How much room everything takes, how it is cleared, and how it goes out and comes in."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.export.storage import StorageUse
from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.numbers import file_size
from desktop_app.ui.settings.confirm_line import ConfirmLine
from desktop_app.ui.settings.row_widgets import WrappedText

SERVICE = "service"

_KINDS = {
    "conversations": (
        mark("Conversations"),
        mark("Delete every conversation? They cannot be brought back."),
    ),
    "recordings": (
        mark("Recordings"),
        mark("Delete every recording? The words stay."),
    ),
    "pictures": (
        mark("Pictures and videos"),
        mark("Delete every picture and video? The words around them stay."),
    ),
    "attachments": (
        mark("Attached files"),
        mark("Delete the copies of all files that were sent? The messages stay."),
    ),
    SERVICE: (
        mark("Embedded service"),
        mark("Have it forget all documents, memories and threads? Conversations stay readable."),
    ),
}
"""Title and question of each kind, by the names of ``Kept``, and the window's own files."""


class StorageCard(QWidget):
    """What is kept on this computer.

    Signals:
        clear_requested: Name of the kind that is to be cleared.
        export_requested, import_requested: Of all conversations.
    """

    clear_requested = Signal(str)
    export_requested = Signal()
    import_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(0)
        self.lines: dict[str, ConfirmLine] = {}
        for kind, (title, question) in _KINDS.items():
            line = ConfirmLine(look, self, tr(title), tr(question), tr("Delete"))
            line.confirmed.connect(self._on_confirmed)
            self.lines[kind] = line
            column.addWidget(line)
        self.total = WrappedText(look, self, tr("Being counted…"), size.SMALL, "dim")
        self.export = Button(look, self, text=tr("Export everything"), tone=Tone.OUTLINE)
        self.take_in = Button(look, self, text=tr("Import an archive"), tone=Tone.OUTLINE)
        self.export.clicked.connect(self.export_requested)
        self.take_in.clicked.connect(self.import_requested)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 10, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self.total, 1)
        foot.addWidget(self.export)
        foot.addWidget(self.take_in)
        column.addLayout(foot)

    def show_use(self, use: StorageUse) -> None:
        """Say how much room each kind takes."""
        for kind, size_bytes in (
            ("conversations", use.journal),
            ("recordings", use.recordings),
            ("pictures", use.pictures),
            ("attachments", use.attachments),
            (SERVICE, use.service),
        ):
            self.lines[kind].note.setText(file_size(size_bytes))
            self.lines[kind].begin.setEnabled(size_bytes > 0)
        self.total.show_text(tr("{size} in all").format(size=file_size(use.total)))

    def show_service(self, is_ours: bool) -> None:
        """The embedded service can be cleared only while it is the one that answers."""
        self.lines[SERVICE].offer(is_ours)

    def _on_confirmed(self) -> None:
        kind = next(name for name, line in self.lines.items() if line is self.sender())
        self.clear_requested.emit(kind)
