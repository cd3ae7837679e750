"""Brings the pictures of the open thread from journal and disk into the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage

from desktop_app.journal.records import PictureRecord
from desktop_app.state.app_state import Conversation
from desktop_app.ui.chat.chat_view import ChatView
from desktop_app.ui.chat.picture_shelf import LONGEST_SIDE, InlinePicture, fitting
from desktop_app.ui.gallery.film import facts_of, first_frame, picture_reader
from desktop_app.ui.wires import Wires

PAGE = 400  # pictures that are read at once
_MOST_PIXELS = 120_000_000
_WHOLE, _SMOOTH = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
_DENSITY = 2  # px of the screen for one at 1x


class PictureLoading(QObject):
    """Reads which pictures there are, and each one when it is looked at. Main thread only.

    Signals:
        chosen: The PictureRecord that somebody wants to look at.
        menu_wanted: The PictureRecord, and where its menu is to be shown, on the screen.
    """

    chosen = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, wires: Wires, chat: ChatView) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._chat = chat
        self._known: dict[str, InlinePicture] = {}  # of the thread, newest first
        self._thread_id = ""
        self._readings = 0
        self._waiting: list[InlinePicture] = []
        self._is_loading = False
        wires.store.pictures_changed.connect(self._read)
        wires.store.conversation_changed.connect(self._on_conversation)
        chat.pictures_wanted.connect(self._on_wanted)
        chat.picture_chosen.connect(self._on_chosen)
        chat.picture_menu_wanted.connect(self._on_menu_wanted)

    def _on_conversation(self, conversation: Conversation) -> None:
        if conversation.thread_id != self._thread_id:
            self._thread_id = conversation.thread_id
            self._known = {}
            self._read()

    def _read(self) -> None:
        self._readings += 1
        if self._thread_id:
            self._wires.run(partial(self._read_thread, self._readings), "inline pictures")

    async def _read_thread(self, reading: int) -> None:
        """Read page by page; the first one of a thread is shown before the others are read."""
        found: dict[str, InlinePicture] = {}
        thread_id, known, is_more = self._thread_id, self._known, True
        while is_more:
            records = await self._wires.pages.pictures(thread_id, PAGE, len(found))
            measure = partial(_measured_all, records, known, self._wires.folders.data)
            sized = await self._wires.on_worker(measure)
            if reading != self._readings:
                return
            found |= {one.record.id: one for one in sized}
            is_more = len(records) == PAGE
            if not known or not is_more:
                self._show(found)

    def _show(self, found: dict[str, InlinePicture]) -> None:
        self._known = found
        by_message: dict[str, tuple[InlinePicture, ...]] = {}
        for picture in reversed(found.values()):
            message_id = picture.record.message_id
            by_message[message_id] = (*by_message.get(message_id, ()), picture)
        self._chat.show_pictures(by_message)

    def _on_wanted(self, pictures: Sequence[InlinePicture]) -> None:
        self._waiting += pictures
        if not self._is_loading:
            self._is_loading = True
            self._wires.run(self._load, "inline images")

    async def _load(self) -> None:
        folder = self._wires.folders.data
        try:
            while self._waiting:
                picture = self._waiting.pop()  # what was looked at last is in sight
                path = folder / picture.record.path
                image = await self._wires.on_worker(partial(loaded, path))
                self._chat.put_image(picture.record.id, image)
        finally:
            self._is_loading = False

    def _on_chosen(self, picture_id: str) -> None:
        picture = self._known.get(picture_id)
        if picture is not None:
            self.chosen.emit(picture.record)

    def _on_menu_wanted(self, picture_id: str, place: QPoint) -> None:
        picture = self._known.get(picture_id)
        if picture is not None:
            self.menu_wanted.emit(picture.record, place)


def _measured_all(
    records: Sequence[PictureRecord], known: Mapping[str, InlinePicture], folder: Path
) -> list[InlinePicture]:
    """The pictures of a page; the file of one that is known is not opened again."""
    sized = []
    for record in records:
        before = known.get(record.id)
        is_known = before is not None and before.is_measured and before.record == record
        sized.append(before if before is not None and is_known else measured(record, folder))
    return sized


def measured(record: PictureRecord, folder: Path) -> InlinePicture:
    """A picture with the size that its file says. Any worker thread."""
    path = folder / record.path
    facts = facts_of(path) if record.is_video else None
    if facts is not None:
        return fitting(record, facts.width, facts.height, duration_s=facts.duration_s)
    size = picture_reader(path).size()
    return fitting(record, size.width(), size.height())


def loaded(path: Path) -> QImage:
    """The image, no larger than it is shown; null where it is none. Any worker thread."""
    side = LONGEST_SIDE * _DENSITY
    square = QSize(side, side)
    frame = first_frame(path)
    if frame is not None:
        is_large = max(frame.width(), frame.height()) > side
        return frame.scaled(square, _WHOLE, _SMOOTH) if is_large else frame
    reader = picture_reader(path)
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > _MOST_PIXELS:
        return QImage()
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(square, _WHOLE))
    return reader.read()
