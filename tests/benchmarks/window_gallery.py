"""W4 of the performance page: a gallery of 10,000 pictures.

A frame is what its page measured: a change, and the event by which a window that is shown paints
and hands over what has changed.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.database.sqlite_file import open_sound
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import PictureRecord
from desktop_app.journal.rows import SAVE_PICTURE, values_of
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.gallery.picture_pages import FIRST
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.gallery.thumbnails import KEPT_SIDES, thumbnail
from desktop_app.ui.look import Look, stylesheet
from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.plain_views import GreyGrid

PICTURES, DISTINCT = 10_000, 60
VIEW = QSize(1016, 748)  # the centre of the reference window, and a little more
JUMPS, FRAMES, OPENINGS = 25, 400, 7
LATE_MS = 16.7
_LOOK_S = 0.001  # looking without a pause would keep the interpreter from the workers


def figures() -> list[Figure]:
    """Opening, scrolling and jumping, from small pictures that were made before."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder))
        found = asyncio.run(_measure(Path(folder)))
    assert application is not None
    return found


def _fill(folder: Path) -> None:
    """Many names of few files: what is read from the disk is of true size all the same."""
    pictures, small = folder / "pictures", folder / "thumbnails"
    pictures.mkdir()
    small.mkdir()
    for number in range(DISTINCT):
        image = QImage(1024, 1024, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        for _ in range(300):
            colour = random.randrange(1 << 24)
            at = QPoint(random.randrange(1024), random.randrange(1024))
            painter.fillRect(QRect(at, QSize(160, 160)), colour)
        painter.end()
        image.save(str(folder / f"{number}.jpg"))
        image.scaled(400, 400).save(str(folder / f"{number}.least"), "JPG")  # type: ignore[call-overload]
        thumbnail(folder / f"{number}.jpg", folder, KEPT_SIDES[0], 0)
    connection, _ = open_sound(folder / DATABASE_NAME, MIGRATIONS)
    with closing(connection):
        connection.execute("BEGIN")
        for number in range(PICTURES):
            os.link(folder / f"{number % DISTINCT}.jpg", pictures / f"{number}.jpg")
            kept = f"{KEPT_SIDES[0]}.thumb"
            os.link(folder / f"{number % DISTINCT}.{kept}", small / f"{number}.{kept}")
            connection.execute(SAVE_PICTURE, values_of(_record(number)))
        connection.execute("COMMIT")


def _record(number: int) -> PictureRecord:
    return PictureRecord(
        id=f"p{number}",
        thread_id=f"t{number % 500}",
        message_id=f"m{number}",
        remote_id=f"d{number}",
        mime_type="image/jpeg",
        path=f"pictures/{number}.jpg",
        size_bytes=200_000,
        created_at=1e9 + number,
        prompt=f"Picture {number} of a lighthouse at night, in oil",
    )


class _Desk:
    """A grid whose small pictures are read on threads."""

    def __init__(self, folder: Path, look: Look) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.supply = ThumbnailSupply(
            folder, folder / "thumbnails", asyncio.to_thread, self._run, "bench"
        )
        self.bare = _shown()
        self.parent = _shown()
        self.parent.setStyleSheet(stylesheet(look.tokens))  # as the window is
        self.grid = PictureGrid(look, self.parent, self.supply)
        self.grid.resize(VIEW)
        self.grid.show()
        QApplication.processEvents()

    def _run(self, work: Callable[[], Awaitable[None]], _name: str) -> None:
        task = asyncio.get_running_loop().create_task(_whole(work()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Be gone, with both windows."""
        for window in (self.bare, self.parent):
            window.close()
            window.deleteLater()

    async def settled(self) -> None:
        """Return when everything that was wanted has arrived."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))


def _shown() -> QWidget:
    window = QWidget()
    window.resize(VIEW)
    window.show()
    QApplication.processEvents()  # exposed: from here on it paints
    return window


def _frame_ms(view: QWidget, change: Callable[[], object]) -> float:
    """What a change and the painting of it cost this thread."""
    began = time.thread_time()
    change()
    _paint(view)
    return (time.thread_time() - began) * 1000


def _paint(view: QWidget) -> None:
    """Paint what was asked to be painted, as the event loop does: no more, and now."""
    QApplication.sendEvent(view.window(), QEvent(QEvent.Type.UpdateRequest))


async def _whole(work: Awaitable[None]) -> None:
    await work


async def _measure(folder: Path) -> list[Figure]:
    reader, look = JournalReader(folder), Look(theme="light", is_calm=True)
    opening, grey_opening = [], []
    desk = _Desk(folder, look)
    for _ in range(OPENINGS):
        desk.close()
        desk = _Desk(folder, look)
        opening.append(_frame_ms(desk.grid, partial(_open, desk.grid, reader)))
        grey, took = _grey(desk)
        grey_opening.append(took)
        await desk.settled()
    desk.grid.show_pictures(tuple(reader.pictures(limit=PICTURES)), PICTURES)
    QApplication.processEvents()  # the bars, too, are where they belong
    jumps, reading = [], []
    for _ in range(JUMPS):
        jumps.append(await _jump_ms(desk))
        reading.append(_reading_ms(folder))
    frames, bare = await _scroll(desk.grid, grey)
    desk.close()
    return [
        _figure("open a gallery of 10,000 pictures to painted, CPU", opening, grey_opening, 1.11),
        _in_time(_figure("scroll it: CPU of one frame, p99", frames, bare, 1.17, share=0.99)),
        _figure("a screenful after a jump, from small pictures", jumps, reading, 1.25),
    ]


def _grey(desk: _Desk) -> tuple[GreyGrid, float]:
    """Qt's own view of as many grey rectangles, and what opening it cost."""
    began = time.thread_time()
    grey = GreyGrid(PICTURES, desk.bare)
    grey.resize(VIEW)
    grey.show()
    _paint(grey)
    return grey, (time.thread_time() - began) * 1000


def _reading_ms(folder: Path) -> float:
    """One thread decodes a screenful of pictures of 400 px, as the page's floor did."""
    files = [str(folder / f"{random.randrange(DISTINCT)}.least") for _ in range(20)]
    began = time.perf_counter()
    for name in files:
        assert not QImage(name, "JPG").isNull()  # type: ignore[arg-type]  # a format may be named
    return (time.perf_counter() - began) * 1000


def _open(grid: PictureGrid, reader: JournalReader) -> None:
    grid.show_pictures(tuple(reader.pictures(limit=FIRST)), reader.picture_count())


async def _jump_ms(desk: _Desk) -> float:
    bar = desk.grid.verticalScrollBar()
    began = time.perf_counter()
    bar.setValue(random.randrange(bar.maximum()))
    wanted = _on_screen(desk.grid)
    while any(desk.supply.image(path) is None for path in wanted):  # noqa: ASYNC110 - measured
        await asyncio.sleep(_LOOK_S)
    _paint(desk.grid)
    took = (time.perf_counter() - began) * 1000
    await desk.settled()
    return took


def _on_screen(grid: PictureGrid) -> list[str]:
    seen = grid.places.visible(grid.verticalScrollBar().value(), grid.viewport().height())
    return [grid.pictures[number].path for number in seen]


async def _scroll(grid: PictureGrid, grey: GreyGrid) -> tuple[list[float], list[float]]:
    """Frames of 40 px each, beside those of the grey rectangles."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(FRAMES):
        for view, taken in zip((grid, grey), costs, strict=True):
            bar = view.verticalScrollBar()
            taken.append(_frame_ms(view, partial(bar.setValue, bar.value() + 40)))
        await asyncio.sleep(0.004)
    return costs


def _figure(
    what: str, measured: list[float], floor: list[float], ratio: float, *, share: float = 0.5
) -> Figure:
    """The goal is the page's, as a multiple of the page's own floor."""
    reached, least = percentile(measured, share), percentile(floor, share)
    return Figure(
        "W4",
        what,
        "ms",
        Spread(min(measured), reached, max(measured), len(measured)),
        f"<= {ratio}x the floor",
        reached <= ratio * least,
        Spread(min(floor), least, max(floor), len(floor)),
    )


def _in_time(figure: Figure) -> Figure:
    """The same, where no frame may be late either."""
    is_met = figure.is_met and figure.measured.high <= LATE_MS
    return replace(figure, goal=f"{figure.goal}, none over {LATE_MS} ms", is_met=is_met)
