"""Between the storage section, the disk and the engine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from desktop_app.export.storage import storage_use
from desktop_app.link.keeping import ClearKept, ImportAdvanced, ImportArchive, Kept
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.profiles import EMBEDDED
from desktop_app.prose import tr
from desktop_app.ui.compose.kept_cleaning import KeptCleaning
from desktop_app.ui.settings.settings_page import SettingsPage
from desktop_app.ui.settings.settings_wiring import SettingsWiring
from desktop_app.ui.settings.storage_card import StorageCard
from desktop_app.ui.threads.thread_export import ThreadExport
from desktop_app.ui.wires import Wires

IMPORTING = "archive.running"


class StorageWiring(QObject):
    """Counts, clears, exports and imports. Main thread only."""

    def __init__(
        self,
        wires: Wires,
        settings: SettingsWiring,
        files: ThreadExport,
        kept: KeptCleaning,
    ) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._settings = settings
        self._files = files
        self._kept = kept
        self._card: StorageCard | None = None
        self._told: tuple[Notice, ...] = ()
        settings.page_shown.connect(self._on_page)
        wires.store.notices_changed.connect(self._on_notices)
        wires.store.importing_changed.connect(self._show_import)

    def _on_page(self, page: SettingsPage) -> None:
        if self._card is None:
            self._card = page.storage
            page.storage.clear_requested.connect(self._on_clear)
            page.storage.export_requested.connect(self._files.export)
            page.storage.import_requested.connect(self._on_import)
        self._count()

    def _count(self) -> None:
        self._wires.run(self._read, "storage")

    async def _read(self) -> None:
        use = await self._wires.on_worker(partial(storage_use, self._wires.folders.data))
        if self._card is not None:
            self._card.show_use(use)
            self._card.show_service(self._wires.store.state.service.profile in ("", EMBEDDED))

    def _on_clear(self, kind: str) -> None:
        if kind in list(Kept):
            self._wires.send(ClearKept(Kept(kind)))
        else:
            self._wires.run(self._clear_attachments, "clear attachments")

    async def _clear_attachments(self) -> None:
        await self._kept.clear()
        self._wires.notify(Notice(NoticeLevel.INFO, "kept.attachments_cleared"))

    def _on_notices(self, notices: tuple[Notice, ...]) -> None:
        """What was cleared, or came in, is told by a notice: then the sizes are others."""
        fresh = [one for one in notices if one not in self._told]
        self._told = notices
        is_other = any(one.code.startswith(("kept.", "archive.imported")) for one in fresh)
        if is_other and self._card is not None and self._card.isVisible():
            self._count()

    def _on_import(self) -> None:
        dialog = QFileDialog(self._wires.window, tr("Import an archive"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([f"{tr('Archives of Parley')} (*.zip)", f"{tr('All')} (*)"])
        dialog.fileSelected.connect(self.take_in)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take_in(self, path: str) -> None:
        """Take an archive in; the engine tells how that goes."""
        self._wires.send(ImportArchive(path))

    def _show_import(self, importing: ImportAdvanced | None) -> None:
        if importing is None:
            self._wires.dismiss(IMPORTING)
            return
        percent = importing.done * 100 // max(1, importing.total)
        facts = {"file": Path(importing.path).name, "number": str(percent)}
        self._wires.notify(Notice(NoticeLevel.INFO, IMPORTING, facts, "stop_import"))
