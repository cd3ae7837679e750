"""Threads as files: dragged out of the list, or written where a person says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTemporaryDir, QTimer, QUrl, Signal
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from desktop_app.errors import AppError
from desktop_app.export.exporting import ExportWish, Format, export_threads, pictures_beside
from desktop_app.export.watch import Watch
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.prose import mark, tr
from desktop_app.ui.file_names import file_stem
from desktop_app.ui.threads.thread_rows import Row
from desktop_app.ui.wires import Wires

_FORMATS = {
    Format.MARKDOWN: mark("Markdown"),
    Format.HTML: mark("Web page"),
    Format.PDF: mark("PDF"),
    Format.JSON: mark("Archive, to be imported again"),
}
_ENDINGS = {Format.MARKDOWN: "md", Format.HTML: "html", Format.PDF: "pdf", Format.JSON: "zip"}
WRITING = "export.running"


class ThreadExport(QObject):
    """Writes the chosen threads on a worker. Main thread only.

    Signals:
        _advanced: How much of how much is written; from the worker's thread.
    """

    _advanced = Signal(int, int)

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._carried: list[QTemporaryDir] = []  # files live as long as the window
        self._ids: tuple[str, ...] = ()
        self._kind = Format.MARKDOWN  # of a name that says none
        self._watch = Watch()
        self._writing = ""
        self._advanced.connect(self._show_progress)
        wires.window.threads.list.carried.connect(self._on_carried)

    # ---- dragged out --------------------------------------------------------------------

    def _on_carried(self) -> None:
        chosen = self._wires.window.threads.chosen()
        if chosen:
            self._wires.run(partial(self._carry, chosen), "carry threads")

    async def _carry(self, chosen: Sequence[Row]) -> None:
        """Write the file first: who takes it may read it at once."""
        folder = QTemporaryDir()
        self._carried.append(folder)
        path = Path(folder.path()) / f"{file_name([row.title for row in chosen])}.md"
        ids = tuple(row.thread_id for row in chosen)
        if await self._written(ExportWish(self._wires.folders.data, path, Format.MARKDOWN, ids)):
            # A drag turns a loop of its own, which must not run inside a coroutine.
            QTimer.singleShot(0, self, partial(self.carry_file, path, begin_drag))

    def carry_file(self, path: Path, begin: Callable[[QDrag], None]) -> None:
        """Drag a written file and its pictures, with its name for those who take no files."""
        data = QMimeData()
        pictures = pictures_beside(path)
        carried = (path, pictures) if pictures.exists() else (path,)
        data.setUrls([QUrl.fromLocalFile(str(one)) for one in carried])
        data.setText(path.stem)
        drag = QDrag(self._wires.window.threads.list)
        drag.setMimeData(data)
        begin(drag)

    # ---- written somewhere --------------------------------------------------------------

    def export(self, thread_ids: tuple[str, ...] = ()) -> None:
        """Ask where the threads shall be written; without ids all of them, to be imported again."""
        self._ids = thread_ids
        chosen = self._wires.window.threads.chosen() if thread_ids else ()
        titles = [row.title for row in chosen]
        dialog = QFileDialog(self._wires.window, tr("Export"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(
            [f"{tr(_FORMATS[one])} (*.{ending})" for one, ending in _ENDINGS.items()]
        )
        self._kind = Format.MARKDOWN if thread_ids else Format.JSON
        ending = _ENDINGS[self._kind]
        dialog.selectNameFilter(f"{tr(_FORMATS[self._kind])} (*.{ending})")
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{file_name(titles)}.{ending}")
        dialog.filterSelected.connect(partial(self._follow_filter, dialog))
        dialog.fileSelected.connect(self.write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _follow_filter(self, dialog: QFileDialog, chosen: str) -> None:
        """The name gets the ending of the format that was chosen, and so does another name."""
        ending = chosen.rpartition("*.")[2].rstrip(")")
        self._kind = next(one for one, its in _ENDINGS.items() if its == ending)
        dialog.setDefaultSuffix(ending)
        for path in dialog.selectedFiles()[:1]:
            dialog.selectFile(str(Path(path).with_suffix(f".{ending}")))

    def write(self, chosen: str) -> None:
        """Write the threads that were asked about into this file."""
        self._wires.run(partial(self._export, Path(chosen), self._ids), "export threads")

    async def _export(self, path: Path, thread_ids: tuple[str, ...]) -> None:
        endings = {ending: one for one, ending in _ENDINGS.items()}
        kind = endings.get(path.suffix[1:].casefold())
        if kind is None:
            kind = self._kind
            path = _unused(path.with_name(f"{path.name}.{_ENDINGS[kind]}"))
        self._watch.cancel()
        watch = self._watch = Watch(self._advanced.emit)
        self._writing = path.name
        wish = ExportWish(self._wires.folders.data, path, kind, thread_ids)
        try:
            is_written = await self._written(wish, watch)
        finally:
            if watch is self._watch:
                self._writing = ""
                self._wires.dismiss(WRITING)
        if is_written:
            facts = {"file": str(path)}
            self._wires.notify(Notice(NoticeLevel.INFO, "export.written", facts, "show_file"))

    async def _written(self, wish: ExportWish, watch: Watch | None = None) -> bool:
        watch = watch or Watch()
        try:
            await self._wires.on_worker(partial(_write, wish, watch))
        except asyncio.CancelledError:
            watch.cancel()
            raise
        except AppError as error:
            notice = Notice(NoticeLevel.WARNING, error.code, dict(error.facts))
            self._wires.notify(notice)
            return False
        return True

    def stop(self) -> None:
        """End what is being written; nothing of it stays. Idempotent."""
        self._watch.cancel()

    def _show_progress(self, done: int, total: int) -> None:
        if self._writing:  # else it comes late
            facts = {"file": self._writing, "number": str(done * 100 // max(1, total))}
            self._wires.notify(Notice(NoticeLevel.INFO, WRITING, facts, "stop_export"))


def _write(wish: ExportWish, watch: Watch) -> None:
    if wish.format is Format.PDF:
        from desktop_app.ui.pdf import export_pdf  # nobody needs it before

        export_pdf(wish, watch)
    else:
        export_threads(wish, watch)


def _unused(path: Path) -> Path:
    """A name that nobody was asked about takes the place of no file."""
    numbered = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return path if not path.exists() else next(one for one in numbered if not one.exists())


def begin_drag(drag: QDrag) -> None:
    """Drag while the button is still held; it may have been let go meanwhile."""
    from PySide6.QtCore import Qt

    if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
        drag.exec(Qt.DropAction.CopyAction)
    else:
        drag.deleteLater()


def file_name(titles: Sequence[str]) -> str:
    """A name that every system takes, after the only title or for several threads."""
    if len(titles) != 1:
        return tr("Conversations")
    return file_stem(titles[0]) or tr("Conversation")
