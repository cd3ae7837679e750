"""W3, W6 and W7 of the performance page: long lists, long threads and long histories."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QModelIndex, QSettings
from PySide6.QtWidgets import QApplication

from desktop_app.database.sqlite_file import open_sound
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, ThreadRecord
from desktop_app.journal.rows import SAVE_MESSAGE, SAVE_THREAD, values_of
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.paths import Paths
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore
from desktop_app.ui.wiring import Wiring
from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.window_search import searching

THREADS, MESSAGES, LONG_THREAD = 10_000, 100_000, 5_000
_SENTENCE = (
    "the tram goes early before nine because it fills up at the castle and from your hotel a six "
    "minute walk leads down to the stop where a single ride costs little over three euros today"
)
_WORDS = _SENTENCE.split()
_RUNS = 5


def figures() -> list[Figure]:
    """All, over one journal of 10,000 threads and 100,000 messages."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder))
        reader = JournalReader(Path(folder))
        return [searching(Path(folder)), *_showing(reader, Path(folder))]


def _fill(folder: Path) -> None:
    connection, _ = open_sound(folder / DATABASE_NAME, MIGRATIONS)
    with closing(connection):
        connection.execute("BEGIN")
        for number in range(THREADS):
            at = 1e9 + number * 3600.0
            thread = ThreadRecord(
                id=f"t{number}", title=_text(number, 5), created_at=at, updated_at=at
            )
            connection.execute(SAVE_THREAD, values_of(thread))
        for number in range(MESSAGES):
            owner = 0 if number < LONG_THREAD else number % THREADS
            connection.execute(SAVE_MESSAGE, values_of(_message(number, f"t{owner}")))
        connection.execute("COMMIT")


def _text(number: int, length: int) -> str:
    step = number % 5 + 1
    return " ".join(_WORDS[(number * 7 + place * step) % len(_WORDS)] for place in range(length))


def _message(number: int, thread_id: str) -> MessageRecord:
    return MessageRecord(
        id=f"m{number}",
        thread_id=thread_id,
        role=Role.USER if number % 2 else Role.ASSISTANT,
        text=_text(number, 10 + number % 60),
        created_at=1e9 + number,
        status=MessageStatus.COMPLETE,
        is_spoken=number % 10 == 0,
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


class _Shown:
    """One window over the journal, and what its steps took, ms."""

    def __init__(self, qt: QCoreApplication, reader: JournalReader, folder: Path) -> None:
        self._window = window = MainWindow(
            Look(theme="light", is_calm=True), QSettings(str(folder / "x.ini"))
        )
        window.furnish()
        self._wiring = Wiring(
            window,
            AppStore(),
            reader,
            lambda _intent: None,
            on_worker=_here,  # type: ignore[arg-type]  # it never waits
            run=_at_once,  # type: ignore[arg-type]
            folders=Paths(folder, folder / "s.json", folder / "cache", folder / "logs"),
        )
        window.resize(1280, 800)
        window.show()
        qt.processEvents()
        self.listed = _timed(self._list)
        self.again = _timed(window.threads.grab)
        self.whole = _timed(self._load_all)
        self.scrolled = [_timed(partial(self._scroll, step * 97)) for step in range(200)]
        self.opened = _timed(self._open)
        window.is_closing = True
        window.close()
        window.deleteLater()
        qt.processEvents()

    def _list(self) -> None:
        self._wiring.start(opens_newest=False)
        self._window.threads.grab()

    def _load_all(self) -> None:
        rows = self._window.threads.list.model()
        while rows.canFetchMore(QModelIndex()):
            rows.fetchMore(QModelIndex())

    def _scroll(self, value: int) -> None:
        view = self._window.threads.list
        view.verticalScrollBar().setValue(value)
        view.viewport().grab()

    def _open(self) -> None:
        self._wiring.threads.open_thread("t0", "m40")
        assert self._window.pane.chat is not None
        self._window.pane.chat.grab()


def _showing(reader: JournalReader, folder: Path) -> Iterator[Figure]:
    """W7 and W3: from an empty window to painted rows; the floor paints what is there again."""
    qt = QApplication.instance() or QApplication([])
    shown = [_Shown(qt, reader, folder) for _ in range(_RUNS)]
    listed = Spread.of([one.listed for one in shown])
    whole = Spread.of([one.whole for one in shown])
    opened = Spread.of([one.opened for one in shown])
    scrolled = [frame for one in shown for frame in one.scrolled]
    yield Figure(
        "W7",
        "thread list of 10,000: window there -> first rows painted",
        "ms",
        listed,
        "<= 50 ms",
        listed.median <= 50,
        Spread.of([one.again for one in shown]),
        {"all_pages_ms": round(whole.median, 1)},
    )
    yield Figure(
        "W7s",
        "scrolling through all 10,000 rows, per frame",
        "ms",
        Spread.of(scrolled),
        "p99 <= 16.7 ms",
        percentile(scrolled, 0.99) <= 16.7,
    )
    yield Figure(
        "W3f",
        "a thread of 5,000 opened at a message near its beginning",
        "ms",
        opened,
        "<= 500 ms, most of it on the worker",
        opened.median <= 500,
    )


def _at_once(work: Callable[[], Coroutine[Any, Any, None]], _name: str) -> None:
    """Run a coroutine that never really waits."""
    with contextlib.suppress(StopIteration):
        work().send(None)


async def _here(call: Callable[[], object]) -> object:
    return call()
