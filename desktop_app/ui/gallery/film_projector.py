"""Brings the frames of the video that is looked at from the disk, each when it is due."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.ui.gallery.film import Film, duration_s, open_film
from desktop_app.ui.gallery.picture_steps import PictureSteps
from desktop_app.ui.gallery.picture_viewer import PictureViewer
from desktop_app.ui.wires import Wires


class FilmProjector(QObject):
    """Of one viewer. Main thread only; frames are decoded on a worker, one at a time.

    What is not decoded in time is left out: the video keeps its pace.
    """

    def __init__(self, wires: Wires, steps: PictureSteps, viewer: PictureViewer) -> None:
        super().__init__(viewer)
        self._wires = wires
        self._steps = steps
        self._viewer = viewer
        self._film: Film | None = None
        self._due: tuple[Film, int] | None = None
        self._is_reading = False
        viewer.film_wanted.connect(self._on_wanted)
        viewer.bar.frame_wanted.connect(self._on_due)
        viewer.played_elsewhere.connect(steps.play)

    def _on_wanted(self, picture: object) -> None:
        self._film = self._due = None
        self._wires.run(partial(self._open, picture), "film")

    async def _open(self, picture: object) -> None:
        viewed = self._viewer.picture
        if viewed is None or viewed is not picture:
            return
        film, length_s = await self._wires.on_worker(partial(_opened, self._steps.path(viewed)))
        if self._viewer.picture is viewed:
            self._film = film
            self._viewer.show_film(viewed.id, film.motion if film is not None else None, length_s)

    def _on_due(self, number: int) -> None:
        if self._film is None:
            return
        self._due = self._film, number
        if not self._is_reading:
            self._is_reading = True
            self._wires.run(self._read, "frames")

    async def _read(self) -> None:
        try:
            while self._due is not None:
                (film, number), self._due = self._due, None
                image = await self._wires.on_worker(partial(film.image, number))
                if film is self._film:
                    self._viewer.show_frame(image)
        finally:
            self._is_reading = False


def _opened(path: Path) -> tuple[Film | None, float]:
    """The video, where it is one that is played here, and how long it is."""
    return open_film(path), duration_s(path)
