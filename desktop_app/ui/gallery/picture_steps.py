"""What can be done with a picture's file: copied, saved, dragged out. Main thread only."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QDir,
    QMimeData,
    QObject,
    QSize,
    QStandardPaths,
    QStringListModel,
    Qt,
    QUrl,
)
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.errors import InputError
from desktop_app.export.exporting import copy_whole
from desktop_app.journal.records import PictureRecord
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.prose import tr
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.leftovers import DRAGGED
from desktop_app.ui.gallery.thumbnails import whole_picture
from desktop_app.ui.wires import Wires

_UNDER_THE_POINTER = 96


class PictureSteps(QObject):
    """Carries the steps out; what fails becomes a notice."""

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires

    def path(self, picture: PictureRecord) -> Path:
        """Where its bytes are."""
        return self._wires.folders.data / picture.path

    def _has_file(self, picture: PictureRecord) -> bool:
        """Whether there is anything to take a step with; where not, that is said."""
        is_there = self.path(picture).exists()
        if not is_there:
            self._tell("picture.gone", picture, "")
        return is_there

    def play(self, video: PictureRecord) -> None:
        """Have the system's program play it, under a telling name."""
        if self._has_file(video):
            self._wires.run(partial(self._open, video, is_folder=False), "open video")

    def show_in_folder(self, picture: PictureRecord) -> None:
        """Open the folder in which it is, under a telling name."""
        if self._has_file(picture):
            self._wires.run(partial(self._open, picture, is_folder=True), "open folder")

    async def _open(self, picture: PictureRecord, *, is_folder: bool) -> None:
        named = await self._wires.on_worker(partial(self._named, picture))
        address = QUrl.fromLocalFile(str(named.parent if is_folder else named))
        if not QDesktopServices.openUrl(address):
            self._tell("picture.not_opened", picture, "")

    def copy(self, picture: PictureRecord) -> None:
        """Put the picture on the clipboard, or the file of a video."""
        if not self._has_file(picture):
            return
        if picture.is_video:
            QGuiApplication.clipboard().setMimeData(copied_file(self._named(picture)))
            self._tell_copied(picture)
            return
        self._wires.run(partial(self._copy, picture), "copy picture")

    async def _copy(self, picture: PictureRecord) -> None:
        path = self.path(picture)
        image = await self._wires.on_worker(partial(whole_picture, path))
        if image.isNull():
            self._tell("picture.not_copied", picture, "")
            return
        # Not setMimeData, see copied_file.
        QGuiApplication.clipboard().setImage(image)
        self._tell_copied(picture)

    def _tell_copied(self, picture: PictureRecord) -> None:
        facts = {"file": picture_words.file_name(picture)}
        self._wires.notify(Notice(NoticeLevel.INFO, "picture.copied", facts))

    def save(self, picture: PictureRecord, parent: QWidget) -> None:
        """Ask where to, then write the file there."""
        if not self._has_file(picture):
            return
        places = QStandardPaths.StandardLocation
        place = places.MoviesLocation if picture.is_video else places.PicturesLocation
        folder = QStandardPaths.writableLocation(place) or QDir.homePath()
        name = picture_words.file_name(picture)
        title = tr("Save the video") if picture.is_video else tr("Save the picture")
        dialog = QFileDialog(parent, title, str(Path(folder) / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self.save_as, picture))
        dialog.open()

    def save_as(self, picture: PictureRecord, target: str) -> None:
        """Write the file there."""
        self._wires.run(partial(self._save_as, picture, target), "save picture")

    async def _save_as(self, picture: PictureRecord, target: str) -> None:
        try:
            await self._wires.on_worker(partial(copy_whole, self.path(picture), Path(target)))
        except InputError as error:
            self._tell("picture.not_saved", picture, error.facts["reason"])
        else:
            self._wires.notify(
                Notice(NoticeLevel.INFO, "picture.saved", {"file": target}, "show_file")
            )

    def drag(self, picture: PictureRecord, source: QWidget, image: QImage | None) -> None:
        """Let the picture be dropped on another program, as a file with a telling name."""
        if not self._has_file(picture):
            return
        drag = QDrag(source)
        drag.setMimeData(self.drag_data(picture))
        if image is not None and not image.isNull():
            small = image.scaled(
                QSize(_UNDER_THE_POINTER, _UNDER_THE_POINTER), Qt.AspectRatioMode.KeepAspectRatio
            )
            drag.setPixmap(QPixmap.fromImage(small))
        drag.exec(Qt.DropAction.CopyAction)

    def drag_data(self, picture: PictureRecord) -> QMimeData:
        """The file under a telling name; under its own where that cannot be."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._named(picture)))])
        return data

    def _named(self, picture: PictureRecord) -> Path:
        """A second name for the file: at once, whatever its size."""
        path = self.path(picture)
        named = self._wires.folders.cache / DRAGGED / picture.id / picture_words.file_name(picture)
        try:
            named.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not named.exists():
                os.link(path, named)
        except OSError:
            return path
        return named

    def _tell(self, code: str, picture: PictureRecord, reason: str) -> None:
        facts = {"file": picture_words.file_name(picture), "reason": reason}
        self._wires.notify(Notice(NoticeLevel.WARNING, code, facts))


def copied_file(path: Path) -> QMimeData:
    """A file for the clipboard.

    Qt makes the object: one that Python made and the clipboard still holds ends the process badly.
    """
    model = QStringListModel([""])
    data = model.mimeData([model.index(0, 0)])
    for kind in data.formats():
        data.removeFormat(kind)
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data
