"""V2 and W1 of the performance page: sound beside a busy window, and the window's start."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from desktop_app.children import own_program
from tests.benchmarks import busy_window
from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.stolen import Stolen, watched
from tests.benchmarks.voice import peer

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("PARLEY_BENCH_SECONDS", "8"))
STARTS = 9
_TOGETHER_S = 0.05
EMPTY_WINDOW = """
import json, os, time
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        loop.quit()
qt = QApplication([])
loop = QEventLoop()
window = Window()
window.resize(1280, 800)
window.show()
loop.exec()
from desktop_app.ui.first_paint import age_s, rss_mb
print(json.dumps({"first_paint_s": age_s(), "rss_mb": rss_mb()}))
"""


def first_paint() -> list[Figure]:
    """W1: process start -> first painted frame, beside an empty window, in turns."""
    real, empty, memory = [], [], []
    for _ in range(STARTS + 1):  # the first of each only fills the caches
        shown = _started([*own_program(), "--first-paint"])
        real.append(shown["first_paint_s"] * 1000)
        memory.append(shown["rss_mb"])
        empty.append(_started([sys.executable, "-c", EMPTY_WINDOW])["first_paint_s"] * 1000)
    measured, floor = Spread.of(real[1:]), Spread.of(empty[1:])
    resident = Spread.of(memory[1:])
    return [
        Figure(
            "W1",
            "process start -> first frame of the real window, off screen",
            "ms",
            measured,
            "<= 1.33x an empty window, <= 72 MiB",
            measured.median <= 1.33 * floor.median and resident.median <= 72,
            floor,
            {"rss_mib": resident.median},
        )
    ]


def _started(command: list[str]) -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    shown: dict[str, float] = json.loads(done.stdout)
    return shown


async def beside_a_busy_window(seconds: float = SECONDS) -> list[Figure]:
    """V2: periods missed by the card while the window does heavy work without a pause.

    Beside it ticks a card in a process of its own: what that misses too is the machine's. So is
    what is missed while the host of a virtual machine has its processor, of which only one of the
    two cards may know: how much of it was in such a moment is said beside it.
    ``PARLEY_BENCH_REALTIME=1`` gives both cards a real-time priority, the window none.
    """
    cases: dict[str, _Case] = {}
    async with peer() as (_, url), watched() as stolen:
        sound = await _started_beside("tests.benchmarks.sound_process", url)
        bare = await _started_beside("tests.benchmarks.bare_card")
        try:
            link = await _line(sound)
            for kind in busy_window.KINDS:
                await _missed(bare)  # while the next window starts: not counted
                work = await keep_busy(link, kind, seconds)
                ours, floor = await _missed(sound), await _missed(bare)
                cases[kind] = _Case(ours, floor, work["work"], stolen)
        finally:
            for child in (sound, bare):
                child.kill()
                await child.wait()
    notes = {name: value for kind, case in cases.items() for name, value in case.notes(kind)}
    had = min(case.ours["periods"] for case in cases.values())
    return [
        Figure(
            "V2",
            "periods missed or silent beside a busy window",
            "periods",
            Spread.of([len(case.ours["missed_at_s"]) for case in cases.values()]),
            "0 in every case",
            all(not case.ours["missed_at_s"] for case in cases.values()) and had > seconds * 90,
            Spread.of([len(case.bare["missed_at_s"]) for case in cases.values()]),
            {"floor_is": "a card alone in its process, at the same time", **notes},
        )
    ]


class _Case(NamedTuple):
    """One kind of work: what our card missed, what a bare one did, and how often it was done."""

    ours: dict[str, Any]
    bare: dict[str, Any]
    work: int
    stolen: Stolen

    @property
    def own(self) -> int:
        """Periods missed where the machine gave others theirs."""
        bare = self.bare["missed_at_s"]
        missed = self.ours["missed_at_s"]
        return sum(all(abs(at_s - other_s) > _TOGETHER_S for other_s in bare) for at_s in missed)

    def notes(self, kind: str) -> Iterator[tuple[str, float]]:
        yield kind, len(self.ours["missed_at_s"])
        yield f"{kind}_floor", len(self.bare["missed_at_s"])
        yield f"{kind}_own", self.own
        yield f"{kind}_stolen", sum(map(self.stolen.was_near, self.ours["missed_at_s"]))
        yield f"{kind}_silent", self.ours["silent"]
        yield f"{kind}_periods", self.ours["periods"]
        yield f"{kind}_done", self.work


async def _started_beside(module: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def keep_busy(link: dict[str, Any], kind: str, seconds: float) -> dict[str, int]:
    """A window at this link, busy for so long: how often it worked, what it heard."""
    port = link["link"].rpartition(":")[2]
    window = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.busy_window"),
        *(port, link["token"], kind, str(seconds)),
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await window.communicate()
    done: dict[str, int] = json.loads(out)
    assert done["events"], "the window heard nothing of the engine"
    return done


async def _missed(card: asyncio.subprocess.Process) -> dict[str, Any]:
    """What it missed since it was asked last."""
    assert card.stdin is not None
    card.stdin.write(b"\n")
    await card.stdin.drain()
    return await _line(card)


async def _line(sound: asyncio.subprocess.Process) -> dict[str, Any]:
    assert sound.stdout is not None
    row: dict[str, Any] = json.loads(await sound.stdout.readline())
    return row
