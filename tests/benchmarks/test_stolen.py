"""What the host of a virtual machine took is told from what the program lost."""

from __future__ import annotations

import time
from pathlib import Path

from tests.benchmarks.stolen import Stolen


def _stat(path: Path, *, stolen: int) -> Path:
    path.write_text(f"cpu  10 20 30 40 50 60 70 {stolen} 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n", "ascii")
    return path


def test_time_that_the_host_took_is_noted_where_it_was_taken(tmp_path):
    stat = tmp_path / "stat"
    stolen = Stolen(_stat(stat, stolen=7))
    stolen.look()
    assert stolen.spans == []
    before_s = time.monotonic()
    _stat(stat, stolen=8)
    stolen.look()
    ((since_s, until_s),) = stolen.spans
    assert since_s <= before_s <= until_s
    assert stolen.was_near(before_s)
    assert not stolen.was_near(before_s - 1)
    assert not stolen.was_near(before_s + 1)
    stolen.look()
    assert len(stolen.spans) == 1


def test_a_machine_that_counts_nothing_of_the_kind_loses_nothing(tmp_path):
    stolen = Stolen(tmp_path / "stat")
    stolen.look()
    assert not stolen.was_near(time.monotonic())
