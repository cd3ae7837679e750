"""Brings small pictures into memory: what is on screen first, and no more than fits."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.ui.gallery.film import duration_s
from desktop_app.ui.gallery.thumbnails import thumbnail
from desktop_app.ui.journal_pages import Worker

MEMORY_BYTES = 48 * 1024 * 1024
MOMENT_S = 0.004  # Qt decodes with the interpreter's lock held: the window wants it back
FRAME_S = 0.016
_AT_ONCE = 8

MakeThumbnail = Callable[[Path, Path, int, float], QImage]
MeasureVideo = Callable[[Path], float]


class ThumbnailSupply(QObject):
    """Small pictures of one size by their paths. Main thread only; they are made on workers.

    Args:
        folder: Of the journal; paths are relative to it.
        cache: Where small pictures are kept.
        on_worker: Runs a blocking call on a worker thread.
        run: Starts a named coroutine.
        name: Of this supply among others.

    Signals:
        arrived: Paths of pictures, a set: each can be shown now, or never.
    """

    arrived = Signal(object)

    def __init__(
        self,
        folder: Path,
        cache: Path,
        on_worker: Worker,
        run: Callable[..., None],
        name: str,
        *,
        make: MakeThumbnail = thumbnail,
        measure: MeasureVideo = duration_s,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._cache = cache
        self._on_worker = on_worker
        self._run = run
        self._name = name
        self._make = make
        self._measure = measure
        self._lengths: dict[str, float] = {}
        self._size = (0, 0.0)
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._bytes = 0
        self._wanted: list[str] = []
        self._seen: frozenset[str] = frozenset()
        self._is_frame_due = False  # that shows what was seen to be missing
        self._asked = asyncio.Event()
        self._is_loading = False

    def use_size(self, side: int, radius: float) -> None:
        """Make them this large from now on, in px of the screen."""
        if (side, radius) != self._size:
            self._size = (side, radius)
            self._wanted = []
            self._images.clear()
            self._bytes = 0

    def image(self, path: str) -> QImage | None:
        """The picture; None until it is there, null where the file is no picture."""
        found = self._images.get(path)
        if found is not None:
            self._images.move_to_end(path)
        return found

    def length_s(self, path: str) -> float:
        """How long a video is; 0 until that is known, and where nothing says it."""
        return self._lengths.get(path, 0.0)

    def want(self, paths: Sequence[str], on_screen: int | None = None) -> None:
        """Bring these, in this order; what was wanted before and is no longer, is not brought.

        The last ones are not brought where memory would have to give up the first ones for them.

        Args:
            on_screen: So many of them are seen and the others only near: those wait until the
                frame that shows what is seen had its time. By default all are seen.
        """
        side = max(1, self._size[0])
        paths = paths[: max(1, MEMORY_BYTES // (4 * side * side))]
        self._wanted = [path for path in reversed(paths) if self.image(path) is None][::-1]
        self._seen = frozenset(paths[:on_screen])
        self._is_frame_due = not self._seen.isdisjoint(self._wanted)
        self._asked.set()
        if self._wanted and not self._is_loading:
            self._is_loading = True
            self._run(self._load, f"thumbnails {self._name}")

    async def _load(self) -> None:
        try:
            while self._wanted:
                seen = [path for path in self._wanted if path in self._seen]
                if not seen and self._is_frame_due:
                    await self._frame()
                    continue
                paths, size = (seen or self._wanted)[:_AT_ONCE], self._size
                made = await self._on_worker(partial(self._made, paths, size))
                if size == self._size:
                    self._take(dict(zip(paths, made, strict=False)))
        finally:
            self._is_loading = False

    async def _frame(self) -> None:
        """Leave the window the interpreter for one frame, unless other pictures are wanted."""
        self._is_frame_due = False
        self._asked.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(FRAME_S):
                await self._asked.wait()

    def _made(self, paths: Sequence[str], size: tuple[int, float]) -> list[tuple[QImage, float]]:
        """Pictures and lengths, as many as a moment allows, and at least one: a way costs time."""
        until, made = time.monotonic() + MOMENT_S, list[tuple[QImage, float]]()
        for path in paths:
            source = self._folder / path
            made.append((self._make(source, self._cache, *size), self._measure(source)))
            if time.monotonic() >= until:
                break
        return made

    def _take(self, made: dict[str, tuple[QImage, float]]) -> None:
        self._wanted = [path for path in self._wanted if path not in made]
        for path, (image, length_s) in made.items():
            self._put(path, image)
            if length_s:
                self._lengths[path] = length_s
        self.arrived.emit(frozenset(made))

    def _put(self, path: str, image: QImage) -> None:
        self._images[path] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > MEMORY_BYTES and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()
