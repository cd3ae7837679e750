"""The window's side of V2: the real window, linked to the engine, kept busy without a pause.

Takes the link's port and its token, the kind of work and its seconds; prints how often the work
was done and how many events of the engine arrived.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app.link.client import LinkClient
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore

MARKDOWN = "# Title\n\n" + "Some *words* with `code` and a [link](x).\n\n- one\n- two\n\n" * 700


def collect() -> Callable[[], None]:
    """A collection over a million and a half objects."""
    kept = [[number] for number in range(1_500_000)]

    def work() -> None:
        gc.collect()
        assert kept

    return work


def sort() -> Callable[[], None]:
    numbers = [random.random() for _ in range(1_000_000)]

    def work() -> None:
        random.shuffle(numbers[:1000])
        sorted(numbers)

    return work


def parse() -> Callable[[], None]:
    """Ten megabytes of JSON."""
    text = json.dumps([{"number": number, "words": "x" * 60} for number in range(110_000)])

    def work() -> None:
        json.loads(text)

    return work


def render() -> Callable[[], None]:
    """Fifty kilobytes of Markdown."""
    document = QTextDocument()

    def work() -> None:
        document.setMarkdown(MARKDOWN)
        document.setTextWidth(680)

    return work


def nothing() -> Callable[[], None]:
    return lambda: None


KINDS = {"nothing": nothing, "collect": collect, "sort": sort, "parse": parse, "render": render}
"""Done again and again without a pause: V2."""

PACED = "render-30"
"""``render``, 30 times a second: V1."""

_PACE_MS = 33


async def run(port: int, token: str, kind: str, seconds: float) -> dict[str, int]:
    """Show the window and keep it busy."""
    with tempfile.TemporaryDirectory() as folder:
        memory = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(Look(theme="light"), memory)
        window.furnish()
        window.show()
        store = AppStore()
        done = {"work": 0, "events": 0}
        work = render() if kind == PACED else KINDS[kind]()
        busy = QTimer(window)
        busy.timeout.connect(lambda: _count(done, work))
        client = await LinkClient.connect("127.0.0.1", port, token)
        busy.start(_PACE_MS if kind == PACED else 0)
        try:
            async with asyncio.timeout(seconds), aclosing(client.events()) as events:
                async for event in events:
                    store.apply(event)
                    done["events"] += 1
        except TimeoutError:
            busy.stop()
        await client.aclose()
        window.is_closing = True
        window.close()
        return done


def _count(done: dict[str, int], work: Callable[[], None]) -> None:
    work()
    done["work"] += 1


def main(arguments: list[str]) -> int:
    port, token, kind, seconds = arguments
    qt = QApplication([])
    qt.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qt)) as runner:
        done = runner.run(run(int(port), token, kind, float(seconds)))
    sys.stdout.write(json.dumps(done) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
