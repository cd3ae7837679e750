"""The gallery: every picture of every thread, or one of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.chat.empty_state import EmptyPane
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.gallery.picture_viewer import PictureViewer
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look


def empty_pictures(look: Look, parent: QWidget) -> EmptyPane:
    """What stands where no picture is."""
    title, hint = tr("No images yet"), tr("Ask for one: “Draw a lighthouse at night”.")
    return EmptyPane(look, parent, "image", title, hint)


class GalleryPage(QWidget):
    """A grid with a choice of what it shows, and a viewer in its place.

    Args:
        supply: Small pictures of the grid.
        strip_supply: Small pictures of the viewer's strip.
    """

    def __init__(
        self, look: Look, parent: QWidget, supply: ThumbnailSupply, strip_supply: ThumbnailSupply
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Gallery"))
        self.grid = PictureGrid(look, self, supply)
        self.viewer = PictureViewer(look, self, strip_supply)
        self.all_threads = self._choice(look, tr("All threads"))
        self.this_thread = self._choice(look, tr("This thread"))
        self.all_threads.setChecked(True)
        self._count = Label(look, self, ink="dim", px=size.SMALL)
        self._count.alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
        self._empty = empty_pictures(look, self)
        self._many = QWidget(self)
        self._stack = QStackedLayout(self)
        self._lay_out()

    def _choice(self, look: Look, text: str) -> Button:
        button = Button(look, self, text=text)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        return button

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(20, 10, 20, 0)
        bar.setSpacing(4)
        for part in (self.all_threads, self.this_thread):
            part.setParent(self._many)
            bar.addWidget(part)
        self._count.setParent(self._many)
        bar.addWidget(self._count, 1)
        self._below = QStackedLayout()
        self._below.addWidget(self.grid)
        self._below.addWidget(self._empty)
        column = QVBoxLayout(self._many)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(self._below, 1)
        self._stack.addWidget(self._many)
        self._stack.addWidget(self.viewer)

    @property
    def is_viewing(self) -> bool:
        """Whether one picture is looked at."""
        return self._stack.currentWidget() is self.viewer

    @property
    def first_stop(self) -> QWidget:
        """Has the keys at first. As the page's focus proxy Tab would lead back to it."""
        return self.viewer if self.is_viewing else self.grid

    @property
    def is_empty(self) -> bool:
        """Whether it says that there is no picture."""
        return self._below.currentWidget() is self._empty

    def show_pictures(self, pictures: tuple[PictureRecord, ...], total: int) -> None:
        """Fill the grid; the first ones of ``total``."""
        self.grid.show_pictures(pictures, total)
        self._below.setCurrentWidget(self.grid if total else self._empty)
        self._count.show_text(picture_words.counted(pictures, total) if total else "")

    def open_viewer(self) -> None:
        """Look at one picture."""
        self._stack.setCurrentWidget(self.viewer)
        self.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_viewer(self) -> None:
        """Look at all of them again."""
        self.viewer.bar.pause()
        self._stack.setCurrentWidget(self._many)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
