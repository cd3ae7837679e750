"""Garbage of the window is collected, and on its own thread only."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from desktop_app.ui import garbage
from desktop_app.ui.garbage import GarbageCollector, collect_due


@pytest.fixture(autouse=True)
def same_as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.unfreeze()  # what the tests themselves have put aside
    yield
    (gc.enable if was_on else gc.disable)()
    gc.unfreeze()


class Circular(QObject):
    """Refers to itself: only the collector frees it."""

    def __init__(self, died_on: list[str]) -> None:
        super().__init__()
        self.me = self
        self.died_on = died_on

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread().name)


def _fill(kept: list[list[int]]) -> None:
    """Enough new objects that Python would collect by itself."""
    kept.extend([] for _ in range(20_000))


def test_an_object_of_qt_outlives_what_other_threads_do_and_dies_on_the_main_one(qtbot):
    gc.collect()
    parent = QObject()
    GarbageCollector(parent)
    died_on: list[str] = []
    Circular(died_on)
    kept: list[list[int]] = []
    other = threading.Thread(target=_fill, args=(kept,))
    other.start()
    other.join()
    assert died_on == []
    qtbot.waitUntil(lambda: died_on == ["MainThread"], timeout=5_000)


def test_nothing_is_collected_before_it_is_due():
    gc.disable()
    gc.collect()
    died_on: list[str] = []
    Circular(died_on)
    collect_due()
    assert died_on == []
    gc.collect()
    assert died_on == ["MainThread"]


def test_what_the_first_full_collection_leaves_is_not_looked_at_again(qtbot):
    parent = QObject()
    GarbageCollector(parent)
    died_on: list[str] = []
    Circular(died_on)
    for _ in range(gc.get_threshold()[2] + 1):
        gc.collect(1)  # so many make a full one due
    kept = Circular([])
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0, timeout=5_000)
    assert died_on == ["MainThread"]
    assert not any(one is kept for one in gc.get_objects())
    frozen = gc.get_freeze_count()
    later = Circular([])
    for _ in range(gc.get_threshold()[2] + 1):
        gc.collect(1)
    qtbot.waitUntil(lambda: gc.get_count()[2] == 0, timeout=5_000)
    assert gc.get_freeze_count() <= frozen
    assert any(one is later for one in gc.get_objects())


_GROWS = """
import resource
from desktop_app.ui.garbage import keep_freed_memory

def faults():
    text, before = "x" * 500_000, resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    kept = text
    for _ in range(200):
        text, kept = text + "y" * 5000, text
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = faults()
keep_freed_memory()
keep_freed_memory()
print(usual, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep freed memory themselves")
def test_a_text_that_grows_takes_the_place_of_the_one_before():
    done = subprocess.run(
        [sys.executable, "-c", _GROWS], capture_output=True, text=True, check=True
    )
    usual, kept = map(int, done.stdout.split())
    assert usual > 5_000  # pages fetched anew
    assert kept < usual / 4


def test_freed_memory_is_kept_once_the_window_is_there(qtbot, monkeypatch):
    kept: list[int] = []
    monkeypatch.setattr(garbage, "keep_freed_memory", lambda: kept.append(1))
    parent = QObject()
    collector = GarbageCollector(parent)
    assert collector.parent() is parent
    assert kept == []
    qtbot.waitUntil(lambda: kept == [1])
