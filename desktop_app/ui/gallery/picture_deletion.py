"""Deleting pictures, and taking that back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop_app.journal.records import PictureRecord
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.link.thread_messages import DeletePicture, RestorePicture
from desktop_app.prose import tr
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.numbers import whole
from desktop_app.ui.threads.thread_deletion import UNDO_MS
from desktop_app.ui.wires import Wires

_CHARACTERS = 60
_ONE, _MANY = "picture.deleted", "pictures.deleted"


class PictureDeletion(QObject):
    """One undo for every picture that was deleted while it was offered. Main thread only.

    Attributes:
        codes: Of the notices whose step is ``undo``.
    """

    codes = (_ONE, _MANY)

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._ids: tuple[str, ...] = ()
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(UNDO_MS)
        self._time.timeout.connect(self._forget)

    def delete(self, picture: PictureRecord) -> None:
        """Take a picture away; for a while all of them can be brought back at once."""
        if picture.id in self._ids:
            return
        self._ids += (picture.id,)
        self._wires.send(DeletePicture(picture.id))
        name = picture_words.caption(picture)
        if len(name) > _CHARACTERS:
            name = f"{name[:_CHARACTERS].rstrip()}…"
        code, facts = _ONE, {"file": tr("“{title}”").format(title=name)}
        if len(self._ids) > 1:
            self._wires.dismiss(_ONE)
            code, facts = _MANY, {"number": whole(len(self._ids))}
        self._wires.notify(Notice(NoticeLevel.INFO, code, facts, "undo"))
        self._time.start()

    def undo(self) -> None:
        """Bring back what was deleted."""
        ids = self._ids
        self._forget()
        for picture_id in ids:
            self._wires.send(RestorePicture(picture_id))

    def _forget(self) -> None:
        self._time.stop()
        self._ids = ()
        for code in self.codes:
            self._wires.dismiss(code)
