"""W6 of the performance page: a key in the search box -> what was found is painted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app.database.sqlite_file import open_sound
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.search_query import read_wish
from desktop_app.paths import Paths
from desktop_app.tasks import Background
from desktop_app.ui.garbage import GarbageCollector
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore
from desktop_app.ui.wiring import Wiring
from tests.benchmarks.figures import Figure, Spread, percentile

_TYPED = ("t", "tr", "tram", "tram ear", "the castle", "minute w", "euros is:spoken", "zebra")
_BARE = "SELECT rowid FROM message_words WHERE message_words MATCH ? ORDER BY rowid DESC LIMIT 50"
_RUNS = 15
_PAUSE_S = 0.1  # between two keys of a quick typist


def searching(folder: Path) -> Figure:
    """Type into the real window over this journal; the floor is the bare query."""
    qt = QApplication.instance() or QApplication([])
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qt)) as runner:
        taken = runner.run(_typing(folder))
    p99 = percentile(taken, 0.99)
    return Figure(
        "W6",
        "search of 100,000 messages and 10,000 titles, key -> painted",
        "ms",
        Spread.of(taken),
        "p99 <= 30 ms",
        p99 <= 30,
        Spread.of(_bare(folder)),
        {"p99_ms": round(p99, 1)},
    )


def _bare(folder: Path) -> list[float]:
    connection, _ = open_sound(folder / DATABASE_NAME, MIGRATIONS)
    taken = []
    with closing(connection):
        for typed in _TYPED * _RUNS:
            start = time.perf_counter()
            connection.execute(_BARE, (read_wish(typed).query,)).fetchall()
            taken.append((time.perf_counter() - start) * 1000)
    return taken


async def _typing(folder: Path) -> list[float]:
    """What each thing typed took, ms."""
    look = Look(theme="light", is_calm=True)
    window = MainWindow(look, QSettings(str(folder / "search.ini"), QSettings.Format.IniFormat))
    GarbageCollector(window)  # as in the program
    window.furnish()
    background = Background(report=_fail)
    wiring = Wiring(
        window,
        AppStore(),
        JournalReader(folder),
        lambda _intent: None,
        on_worker=asyncio.to_thread,
        run=lambda work, name: background.run(_awaited(work), name=name),
        folders=Paths(folder, folder / "s.json", folder / "cache", folder / "logs"),
    )
    wiring.start(opens_newest=False)
    window.resize(1280, 800)
    window.show()
    watch = _Watch(window)
    taken = []
    for typed in _TYPED * _RUNS:
        await asyncio.sleep(_PAUSE_S)
        start = time.perf_counter()
        window.threads.search.setText(typed)
        await watch.painted()
        taken.append((time.perf_counter() - start) * 1000)
    await background.aclose()
    window.is_closing = True
    window.close()
    window.deleteLater()
    return taken


def _fail(name: str, error: BaseException) -> None:
    raise RuntimeError(name) from error


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


class _Watch(QObject):
    """Tells when the list of threads has been filled anew and painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._is_filled = False
        self._painted = asyncio.Event()
        window.threads.list.model().modelReset.connect(self._on_filled)
        window.threads.list.viewport().installEventFilter(self)

    async def painted(self) -> None:
        """Return after the paint that follows the next filling."""
        await self._painted.wait()
        self._painted.clear()

    def _on_filled(self) -> None:
        self._is_filled = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Paint and self._is_filled:
            self._is_filled = False
            QTimer.singleShot(0, self._painted.set)  # the paint itself comes first
        return False
