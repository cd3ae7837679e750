"""Brings small pictures into memory: what is on screen first, and no more than fits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.ui.gallery.thumbnails import thumbnail
from desktop_app.ui.journal_pages import Worker

MEMORY_BYTES = 48 * 1024 * 1024
LOADERS = 2

MakeThumbnail = Callable[[Path, Path, int, float], QImage]


class ThumbnailSupply(QObject):
    """Small pictures of one size by their paths. Main thread only; they are made on workers.

    Args:
        folder: Of the journal; paths are relative to it.
        cache: Where small pictures are kept.
        on_worker: Runs a blocking call on a worker thread.
        run: Starts a named coroutine.
        name: Of this supply among others.

    Signals:
        arrived: Path of a picture that can be shown now, or never.
    """

    arrived = Signal(str)

    def __init__(
        self,
        folder: Path,
        cache: Path,
        on_worker: Worker,
        run: Callable[..., None],
        name: str,
        *,
        make: MakeThumbnail = thumbnail,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._cache = cache
        self._on_worker = on_worker
        self._run = run
        self._name = name
        self._make = make
        self._size = (0, 0.0)
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._bytes = 0
        self._wanted: list[str] = []
        self._idle = list(range(LOADERS))
        self._under_way: set[str] = set()

    def use_size(self, side: int, radius: float) -> None:
        """Make them this large from now on, in px of the screen."""
        if (side, radius) != self._size:
            self._size = (side, radius)
            self._images.clear()
            self._bytes = 0

    def image(self, path: str) -> QImage | None:
        """The picture; None until it is there, null where the file is no picture."""
        found = self._images.get(path)
        if found is not None:
            self._images.move_to_end(path)
        return found

    def want(self, paths: Sequence[str]) -> None:
        """Bring these, in this order; what was wanted before and is no longer, is not brought."""
        self._wanted = [
            path for path in paths if path not in self._images and path not in self._under_way
        ]
        while self._wanted and self._idle:
            number = self._idle.pop()
            self._run(partial(self._load, number), f"thumbnails {self._name} {number}")

    async def _load(self, number: int) -> None:
        try:
            while self._wanted:
                path, size = self._wanted.pop(0), self._size
                self._under_way.add(path)
                try:
                    image = await self._on_worker(partial(self._made, path, size))
                finally:
                    self._under_way.discard(path)
                if size == self._size:
                    self._put(path, image)
                    self.arrived.emit(path)
        finally:
            self._idle.append(number)

    def _made(self, path: str, size: tuple[int, float]) -> QImage:
        return self._make(self._folder / path, self._cache, *size)

    def _put(self, path: str, image: QImage) -> None:
        self._images[path] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > MEMORY_BYTES and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()
