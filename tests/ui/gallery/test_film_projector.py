"""Frames are shown of the video that is looked at, and of no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.protocol.motion_jpeg import MotionJpeg
from desktop_app.ui.gallery.film_projector import FilmProjector
from tests.fakes.films import film

LIMIT_S = 10


class Bar(QObject):
    frame_wanted = Signal(int)


class Viewer(QObject):
    film_wanted = Signal(object)
    played_elsewhere = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bar = Bar()
        self.picture: SimpleNamespace | None = None
        self.films: list[int] = []
        self.lengths: list[float] = []
        self.frames: list[QImage] = []

    def show_film(self, _id: str, motion: MotionJpeg | None, length_s: float) -> None:
        self.lengths.append(length_s)
        self.films.append(len(motion.frames) if motion else 0)

    def show_frame(self, image: QImage) -> None:
        self.frames.append(image)

    def look_at(self, name: str) -> None:
        self.picture = SimpleNamespace(id=name)
        self.film_wanted.emit(self.picture)


class Wires:
    """Work is done at once; what comes back to the window waits while ``may_return`` is not set."""

    def __init__(self) -> None:
        self.may_return = asyncio.Event()
        self.may_return.set()
        self.is_read = asyncio.Event()
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def on_worker(self, work: Callable[[], object]) -> object:
        done = await asyncio.to_thread(work)
        if isinstance(done, QImage):
            self.is_read.set()
            await self.may_return.wait()
        return done

    def run(self, work: Callable[[], object], name: str) -> None:
        self.tasks[name] = asyncio.ensure_future(work())

    async def settled(self, name: str) -> None:
        async with asyncio.timeout(LIMIT_S):
            await self.tasks[name]


async def test_what_was_due_of_a_long_video_is_not_looked_for_in_a_short_one(qapp, tmp_path: Path):
    for name, count in (("long.avi", 30), ("short.avi", 3)):
        (tmp_path / name).write_bytes(film(count))
    wires, viewer = Wires(), Viewer()
    steps = SimpleNamespace(path=lambda picture: tmp_path / picture.id, play=lambda _picture: None)
    FilmProjector(wires, steps, viewer)
    viewer.look_at("long.avi")
    await wires.settled("film")
    wires.may_return.clear()
    viewer.bar.frame_wanted.emit(20)
    async with asyncio.timeout(LIMIT_S):
        await wires.is_read.wait()
    viewer.bar.frame_wanted.emit(21)
    viewer.look_at("short.avi")
    viewer.bar.frame_wanted.emit(22)
    await wires.settled("film")
    wires.may_return.set()
    await wires.settled("frames")
    assert (viewer.films, viewer.frames) == ([30, 3], [])
    viewer.bar.frame_wanted.emit(2)
    await wires.settled("frames")
    assert len(viewer.frames) == 1
