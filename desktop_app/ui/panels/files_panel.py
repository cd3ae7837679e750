"""The documents that a thread works with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.documents import EXTENSIONS, FAILED, Document
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.numbers import file_size
from desktop_app.ui.panels.rows import Action, Rows, RowText
from desktop_app.ui.wording import apart, peer_words

_ADD = mark("Add a file")
_DELETE = mark("Delete")
NO_FILES = mark("No files yet. Add one, and every turn of this thread can look things up in it.")


_NO_MODEL = mark(
    "Found by words alone, not by meaning: the server does not have {model}. Load it there."
)
_NO_KEY = mark(
    "Found by words alone, not by meaning: the key for {model} was refused. Look at the settings."
)
_AWAY = mark(
    "Found by words alone, not by meaning: {model} does not answer. It is asked again by itself."
)
_BROKEN = mark(
    "Found by words alone, not by meaning: {model} does not work. The log of the service says why."
)


class FilesPanel(QWidget):
    """Documents, each with how far reading it has come.

    Attributes:
        nothing: What is said where there are none.

    Signals:
        add_requested: Paths of files to send.
    """

    add_requested = Signal(object)

    def __init__(self, look: Look, parent: QWidget, nothing: str = "") -> None:
        super().__init__(parent)
        self.nothing = nothing or tr(NO_FILES)
        self.add = Button(look, self, text=tr(_ADD), icon="plus", tone=Tone.OUTLINE)
        self.add.clicked.connect(self._choose)
        self.rows = Rows(look, self, [Action("delete", "trash", tr(_DELETE))])
        top = QHBoxLayout()
        top.addWidget(self.add)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.rows, 1)

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr(_ADD))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*{ending}" for ending in sorted(EXTENSIONS))
        dialog.setNameFilter(f"{tr(mark('Documents'))} ({endings})")
        dialog.filesSelected.connect(self.add_requested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def search_words(documents: Sequence[Document]) -> str:
    """What is to be said of how these are found; empty where there is nothing."""
    found = (one.search_fault for one in documents if one.is_indexed)
    fault = next((one for one in found if one is not None), None)
    if fault is None:
        return ""
    model = apart(peer_words(fault.model))
    return tr(_fault_words(fault.code)).format(model=model)


def _fault_words(code: str) -> str:
    if code.startswith("access."):
        return _NO_KEY
    if code == "http.404":
        return _NO_MODEL
    return _AWAY if code.startswith(("network.", "http.")) else _BROKEN


def document_row(document: Document, *, is_deleted: bool = False) -> RowText:
    """A document in words: what it is, how far it has come, and why it failed."""
    is_failed = document.status.lower() in FAILED
    return RowText(
        document.document_id,
        document.filename or document.document_id,
        _status(document),
        "danger" if is_failed else "dim",
        is_deleted,
    )


def upload_row(key: str, name: str, sent: int, total: int) -> RowText:
    """A file on its way."""
    part = sent / total if total else 0.0
    words = tr(mark("Uploading, {percent}%")).format(percent=int(part * 100))
    return RowText(key, name, words, progress=part)


def failed_row(key: str, name: str, why: str) -> RowText:
    """A file that did not get there."""
    return RowText(key, name, why, "danger")


def _status(document: Document) -> str:
    if document.status.lower() in FAILED:
        reason = tr(document.status_message or "").strip(" .") or tr(mark("no reason was given"))
        return tr(mark("Failed: {reason}. Add it again, or remove it.")).format(reason=reason)
    if not document.is_indexed:
        return tr(mark("Being read…"))
    facts = [tr(mark("Ready"))]
    if document.file_size_bytes:
        facts.append(file_size(document.file_size_bytes))
    return " · ".join(apart(fact) for fact in facts)
