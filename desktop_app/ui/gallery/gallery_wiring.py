"""Between the gallery, the journal and the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.journal.picture_files import PICTURES_FOLDER
from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui import wording
from desktop_app.ui.announcer import say_through
from desktop_app.ui.chat.chat_wiring import ChatWiring
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.film import may_play
from desktop_app.ui.gallery.film_projector import FilmProjector
from desktop_app.ui.gallery.gallery_page import GalleryPage
from desktop_app.ui.gallery.leftovers import THUMBNAILS, remove_leftovers
from desktop_app.ui.gallery.picture_deletion import PictureDeletion
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.gallery.picture_pages import PicturePages
from desktop_app.ui.gallery.picture_steps import PictureSteps
from desktop_app.ui.gallery.thread_pictures import ThreadPictures
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.gallery.thumbnails import whole_picture
from desktop_app.ui.numbers import whole
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.wires import Wires

GALLERY = "gallery"


def _carry_out(
    step: Callable[[PictureRecord], None], picture: PictureRecord, _checked: bool = False
) -> None:
    step(picture)


class GalleryWiring(QObject):
    """The gallery and the side's Images tab. Main thread only."""

    def __init__(self, wires: Wires, threads: ThreadWiring, chat: ChatWiring) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._threads = threads
        self._chat = chat
        self._steps = PictureSteps(wires)
        self._page: GalleryPage | None = None
        self._pages = PicturePages(wires, GALLERY, self._show_all)
        self._side: ThreadPictures | None = None
        self._side_pages = PicturePages(wires, "side", self._show_side)
        self._side_thread: str | None = None
        self.deletion = PictureDeletion(wires)
        self._window.pane.add_page(GALLERY, self._make_page)
        self._window.pane.page_changed.connect(self._on_page_changed)
        wires.store.pictures_changed.connect(self._on_pictures_changed)
        wires.store.threads_changed.connect(self._on_thread_opened)
        wires.store.engine_came.connect(self._on_engine_came)
        if self._window.side is not None:
            self._window.side.tabs.chosen.connect(self._on_tab)

    def _supply(self, name: str) -> ThumbnailSupply:
        wires = self._wires
        cache = wires.folders.cache / THUMBNAILS
        return ThumbnailSupply(wires.folders.data, cache, wires.on_worker, wires.run, name)

    def _on_engine_came(self) -> None:
        """With its start it has taken from the disk what was deleted before."""
        self._wires.run(self._remove_leftovers, "leftovers of pictures")

    async def _remove_leftovers(self) -> None:
        folders = self._wires.folders
        pictures = folders.data / PICTURES_FOLDER
        await self._wires.on_worker(partial(remove_leftovers, pictures, folders.cache))

    # ---- the page -----------------------------------------------------------------------------

    def _make_page(self, parent: QWidget) -> GalleryPage:
        look = self._window.look
        page = GalleryPage(look, parent, self._supply(GALLERY), self._supply("strip"))
        self._page = page
        page.all_threads.clicked.connect(self._read)
        page.this_thread.clicked.connect(self._read)
        self._connect_grid(page.grid)
        viewer = page.viewer
        viewer.closed.connect(page.close_viewer)
        viewer.step_requested.connect(self._on_step)
        viewer.picture_wanted.connect(self.open_picture)
        viewer.images_wanted.connect(self._on_images_wanted)
        viewer.edit_requested.connect(self._on_edit)
        viewer.filming_requested.connect(self._on_filming)
        FilmProjector(self._wires, self._steps, viewer)
        viewer.copy_requested.connect(self._steps.copy)
        viewer.save_requested.connect(self._on_save)
        viewer.delete_requested.connect(self._on_delete)
        viewer.message_requested.connect(self._on_message)
        viewer.drag_requested.connect(self._on_drag)
        return page

    def _connect_grid(self, grid: PictureGrid) -> None:
        grid.opened.connect(self.open_picture)
        grid.menu_wanted.connect(partial(self._show_menu, grid))
        grid.delete_requested.connect(self._on_delete)
        grid.copy_requested.connect(self._steps.copy)
        grid.save_requested.connect(self._on_save)
        grid.drag_requested.connect(self._on_drag)

    def _on_page_changed(self, name: str) -> None:
        if name == GALLERY:
            self._read()
        elif self._page is not None and self._page.is_viewing:
            self._page.close_viewer()
            self._window.pane.composer.setFocus()

    def _read(self) -> None:
        if self._page is not None:
            is_one = self._page.this_thread.isChecked()
            self._pages.read(self._wires.store.state.conversation.thread_id if is_one else "")

    def _show_all(self, pictures: tuple[PictureRecord, ...], total: int) -> None:
        page = self._page
        if page is None:
            return
        page.show_pictures(pictures, total)
        if page.is_viewing and page.viewer.picture is not None:
            place, has_others = self._place_of(page.viewer.picture)
            page.viewer.show_place(place, has_others=has_others)

    def close_viewer(self) -> bool:
        """Esc: from one picture back to all; False where none is looked at."""
        if self._page is None or self._window.pane.page != GALLERY or not self._page.is_viewing:
            return False
        self._page.close_viewer()
        return True

    # ---- the side -----------------------------------------------------------------------------

    def _on_tab(self, _number: int) -> None:
        side = self._window.side
        if side is None or side.tab != "Images":
            return
        if self._side is None:
            self._side = ThreadPictures(self._window.look, side, self._supply("side"))
            self._connect_grid(self._side.grid)
            side.put_page("Images", self._side)
        self._read_side()

    def _on_thread_opened(self, _state: object) -> None:
        if self._side_thread != self._wires.store.state.conversation.thread_id:
            self._read_side()

    def _read_side(self) -> None:
        side, thread_id = self._window.side, self._wires.store.state.conversation.thread_id
        if self._side is not None and side is not None and side.tab == "Images":
            self._side_thread = thread_id
            if thread_id:
                self._side_pages.read(thread_id)
            else:
                self._side.show_pictures((), 0)

    def _show_side(self, pictures: tuple[PictureRecord, ...], total: int) -> None:
        if self._side is not None:
            self._side.show_pictures(pictures, total)

    def _on_pictures_changed(self) -> None:
        if self._window.pane.page == GALLERY:
            self._read()
        self._read_side()

    # ---- one picture --------------------------------------------------------------------------

    def open_inline(self, picture: PictureRecord) -> None:
        """Look at a picture of the conversation; what another program plays is played at once."""
        if picture.is_video and not may_play(picture.path):
            self._steps.play(picture)
        else:
            self.open_picture(picture)

    def open_picture(self, picture: PictureRecord) -> None:
        """Look at a picture, wherever it was chosen."""
        self._window.pane.show_page(GALLERY)
        self._window.close_overlays()
        assert self._page is not None  # it was built just now, if not before
        self._look_at(picture)
        self._page.open_viewer()

    def _look_at(self, picture: PictureRecord) -> None:
        page = self._page
        if page is None:
            return
        page.grid.choose_picture(picture.id)
        place, has_others = self._place_of(picture)
        thread = self._thread_title(picture.thread_id)
        page.viewer.show_picture(picture, place, thread, has_others=has_others)
        said = wording.listed(picture_words.caption(picture), place)
        page.viewer.setAccessibleDescription(said)
        self._wires.run(partial(self._read_family, picture), "picture family")

    def _place_of(self, picture: PictureRecord) -> tuple[str, bool]:
        """Which of how many it is, in words as far as they are known, and if there are others."""
        known = self._page.grid.pictures if self._page is not None else ()
        number = next((n for n, one in enumerate(known, 1) if one.id == picture.id), 0)
        words = tr("{number} of {count}").format(number=whole(number), count=whole(len(known)))
        return words if number else "", len(known) > 1

    async def _read_family(self, picture: PictureRecord) -> None:
        if self._threads.record_of(picture.thread_id) is None:
            thread = await self._wires.pages.thread(picture.thread_id)
            if thread is not None and self._page is not None:
                self._page.viewer.show_thread(picture.id, wording.as_written(thread.title))
        relatives = await self._wires.pages.picture_family(picture.id)
        cost = await self._wires.pages.cost_of_reply(picture.message_id)
        if self._page is not None:
            self._page.viewer.show_relatives(picture.id, relatives)
            self._page.viewer.show_cost(picture.id, cost)

    def _thread_title(self, thread_id: str) -> str:
        thread = self._threads.record_of(thread_id)
        return wording.as_written(thread.title if thread is not None else "")

    def _on_images_wanted(self, pictures: tuple[PictureRecord, ...]) -> None:
        self._wires.run(partial(self._read_images, pictures), "whole pictures")

    async def _read_images(self, pictures: tuple[PictureRecord, ...]) -> None:
        for picture in pictures:
            path = self._steps.path(picture)
            image = await self._wires.on_worker(partial(whole_picture, path))
            is_gone = image.isNull() and not await self._wires.on_worker(path.exists)
            if self._page is not None:
                self._page.viewer.show_image(picture.id, image, is_gone=is_gone)

    def _on_step(self, step: int) -> None:
        page = self._page
        if page is None or page.viewer.picture is None:
            return
        known = page.grid.pictures
        shown = page.viewer.picture.id
        number = next((n for n, one in enumerate(known) if one.id == shown), -1) + step
        if 0 <= number < len(known):
            self._look_at(known[number])
            say_through(page.viewer)(page.viewer.accessibleDescription())

    # ---- steps --------------------------------------------------------------------------------

    def _show_menu(self, grid: PictureGrid, place: QPoint) -> None:
        if grid.current is not None:
            self.menu(grid.current).popup(place)

    def show_menu(self, picture: PictureRecord, place: QPoint) -> None:
        """What can be done with a picture of the conversation, at this place of the screen."""
        self.menu(picture, is_inline=True).popup(place)

    def menu(self, picture: PictureRecord, *, is_inline: bool = False) -> QMenu:
        """What can be done with a picture; it goes when it is closed.

        Args:
            is_inline: It is looked at where its message is.
        """
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        elsewhere = ((tr("Play in another program"), self._steps.play),)
        for words, step in (
            (tr("Open"), self.open_picture),
            *(elsewhere if picture.is_video else ()),
            *(() if is_inline else ((tr("Go to its message"), self._on_message),)),
            (tr("Copy"), self._steps.copy),
            (tr("Save as…"), self._on_save),
            (tr("Show in folder"), self._steps.show_in_folder),
            (tr("Delete"), self._on_delete),
        ):
            menu.addAction(words).triggered.connect(partial(_carry_out, step, picture))
        return menu

    def _on_save(self, picture: PictureRecord) -> None:
        self._steps.save(picture, self._window)

    def _on_drag(self, picture: PictureRecord) -> None:
        image = self._page.viewer.image(picture.id) if self._page is not None else None
        self._steps.drag(picture, self._window, image)

    def _on_message(self, picture: PictureRecord) -> None:
        self._threads.open_thread(picture.thread_id, picture.message_id)

    def _on_edit(self, picture: PictureRecord, words: str) -> None:
        """A turn of the picture's own thread, so that the chain stays together."""
        wishes = TurnWishes(edits=str(self._steps.path(picture)), edited_id=picture.id)
        self._ask(picture, words, wishes)

    def _on_filming(self, picture: PictureRecord, words: str) -> None:
        path = str(self._steps.path(picture))
        self._ask(picture, words, TurnWishes(edits=path, edited_id=picture.id, films=True))

    def _ask(self, picture: PictureRecord, words: str, wishes: TurnWishes) -> None:
        self._threads.open_thread(picture.thread_id)
        self._chat.send_text(words, wishes)

    def _on_delete(self, picture: PictureRecord) -> None:
        if self._page is not None and self._page.is_viewing:
            self._page.close_viewer()
        self.deletion.delete(picture)
