"""Between the files of the open thread and the service."""

from __future__ import annotations

import uuid
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop_app.errors import AppError
from desktop_app.link.asks import AskAdvanced
from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.service_calls import (
    DeleteDocument,
    DocumentList,
    ListDocuments,
    UploadDocument,
)
from desktop_app.ui.panels.deletions import Deletions
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.panels.files_panel import (
    FilesPanel,
    document_row,
    failed_row,
    search_words,
    upload_row,
)
from desktop_app.ui.panels.rows import RowText
from desktop_app.ui.wires import Wires

POLL_MS = 1500
_Place = tuple[str, str]  # ids of a thread and of an assistant, one of them empty
_LOADING = mark("Looking for files…")


class FilesWiring(QObject):
    """Lists, sends, watches and deletes the documents of a thread, or of an assistant."""

    def __init__(self, wires: Wires, panel: FilesPanel) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._panel = panel
        self._place: _Place = ("", "")
        self._documents: tuple[Document, ...] = ()
        self._uploads: dict[str, RowText] = {}
        self._paths: dict[str, tuple[_Place, str]] = {}  # of each upload: where to, and path
        self.deletions = Deletions(self)
        self._poll = QTimer(self)
        self._poll.setSingleShot(True)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.load)
        self.deletions.changed.connect(self._show)
        panel.add_requested.connect(self.add)
        panel.rows.acted.connect(self._on_acted)
        panel.rows.retry_requested.connect(self.load)

    def show_thread(self, thread_id: str) -> None:
        """Show the files of this thread from now on."""
        self._show_place((thread_id, ""))

    def show_assistant(self, assistant_id: str) -> None:
        """Show the files of this assistant from now on."""
        self._show_place(("", assistant_id))

    def _show_place(self, place: _Place) -> None:
        if place != self._place:
            self._place = place
            self._documents = ()
            self._panel.rows.show_rows(())
        self.load()

    def load(self) -> None:
        """Ask for the files, if somebody looks."""
        if not self._panel.isVisible() or not any(self._place):
            return
        if not self._documents and not self._uploads:
            self._panel.rows.show_note(tr(_LOADING))
        self._wires.run(partial(self._load, self._place), f"list files of {self._place}")

    async def _load(self, place: _Place) -> None:
        try:
            answer = await self._wires.asks.ask(ListDocuments(*place))
        except AppError as error:
            self._panel.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
            return
        if place == self._place and isinstance(answer, DocumentList):
            self._documents = answer.documents
            self._show()
            if any(not one.is_settled for one in answer.documents):
                self._poll.start()

    def add(self, paths: list[str]) -> None:
        """Send these files to where the others are."""
        for path in paths:
            key = f"upload {uuid.uuid4().hex}"
            self._paths[key] = self._place, path
            self._uploads[key] = upload_row(key, Path(path).name, 0, 0)
            self._wires.run(partial(self._upload, key, self._place, path), key)
        self._show()

    async def _upload(self, key: str, place: _Place, path: str) -> None:
        name = Path(path).name

        def advance(event: AskAdvanced) -> None:
            self._uploads[key] = upload_row(key, name, event.done, event.total)
            self._show()

        try:
            await self._wires.asks.ask(UploadDocument(path, *place), advance)
        except AppError as error:
            self._uploads[key] = failed_row(key, name, failure_words(error))
            self._show()
            return
        self._forget_upload(key)
        self.load()

    def _forget_upload(self, key: str) -> None:
        self._uploads.pop(key, None)
        self._paths.pop(key, None)
        self._show()

    def _on_acted(self, key: str, action: str) -> None:
        if key in self._uploads:
            self._wires.run(_nothing, key)  # which cancels what is on its way
            self._forget_upload(key)
        elif action == "undo":
            self.deletions.undo(key)
        else:
            self.deletions.begin(key, partial(self._delete, key))

    def _delete(self, document_id: str) -> None:
        kept = tuple(one for one in self._documents if one.document_id != document_id)
        self._documents = kept
        self._wires.run(partial(self._delete_now, document_id), f"delete {document_id}")

    async def _delete_now(self, document_id: str) -> None:
        try:
            await self._wires.asks.ask(DeleteDocument(document_id))
        except AppError as error:
            if error.code != "http.404":
                self._panel.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
                return
        self.load()

    def _show(self) -> None:
        uploads = [row for key, row in self._uploads.items() if self._paths[key][0] == self._place]
        documents = [
            document_row(one, is_deleted=self.deletions.is_under_way(one.document_id))
            for one in self._documents
        ]
        rows = (*uploads, *documents)
        self._panel.rows.show_rows(rows)
        self._panel.rows.show_note(search_words(self._documents) if rows else self._panel.nothing)


async def _nothing() -> None:
    """Takes the place of what was cancelled."""
