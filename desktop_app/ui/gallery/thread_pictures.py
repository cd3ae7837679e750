"""The pictures of the open thread, in the side."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop_app.journal.records import PictureRecord
from desktop_app.ui.gallery.gallery_page import empty_pictures
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.look import Look

_WISH = 118


class ThreadPictures(QWidget):
    """A narrow grid, or words where the thread has no picture."""

    def __init__(self, look: Look, parent: QWidget, supply: ThumbnailSupply) -> None:
        super().__init__(parent)
        self.grid = PictureGrid(look, self, supply, wish=_WISH, margin=0, has_words=False)
        self._empty = empty_pictures(look, self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.grid)

    def show_pictures(self, pictures: tuple[PictureRecord, ...], total: int) -> None:
        """Fill the grid; the first ones of ``total``."""
        self.grid.show_pictures(pictures, total)
        self._stack.setCurrentWidget(self.grid if total else self._empty)
