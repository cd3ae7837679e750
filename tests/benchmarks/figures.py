"""One measured figure: printed as a JSON line for programs and as a table row for people."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Spread:
    """Runs of the same work."""

    low: float
    median: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        return cls(min(values), statistics.median(values), max(values), len(values))


@dataclass(frozen=True)
class PageGoal:
    """A goal of the page beside its floor there: what counts is how many times the floor it is.

    Attributes:
        most: What the page allows, on its machine.
        floor: What the same floor took there.
    """

    most: float
    floor: float

    @property
    def ratio(self) -> float:
        """How many times the floor is allowed, on any machine."""
        return self.most / self.floor

    def is_met(self, measured: float, floor: float) -> bool:
        """Whether this is so, beside the floor of the same run."""
        return measured <= self.ratio * floor

    def said(self, unit: str) -> str:
        """In words, with the time that describes it."""
        return f"<= {self.ratio:.2f}x the floor ({self.most:g} of {self.floor:g} {unit} there)"


@dataclass(frozen=True)
class Figure:
    """One row of the performance page.

    Attributes:
        name: Its number there, e.g. ``V1``.
        what: What was measured, with the unit.
        measured: Of this program.
        floor: Of the least that the work can cost, in the same run; None where there is none.
        goal: The goal, in words.
        is_met: Whether this run meets it.
    """

    name: str
    what: str
    unit: str
    measured: Spread
    goal: str
    is_met: bool
    floor: Spread | None = None
    notes: dict[str, float | str] = field(default_factory=dict)

    def as_json(self) -> str:
        """One line, with what else the machine was doing."""
        row = asdict(self)
        if self.floor is not None and self.floor.median:
            row["ratio"] = round(self.measured.median / self.floor.median, 3)
        row["load_1min"] = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
        return json.dumps(row)


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def report(figures: Sequence[Figure]) -> None:
    """Print every figure as JSON, then a table of them all."""
    for figure in figures:
        sys.stdout.write(figure.as_json() + "\n")
    sys.stdout.write(f"\n{'':4} {'figure':58} {'min':>9} {'median':>9} {'max':>9}  goal\n")
    for figure in figures:
        spread = figure.measured
        mark = "met" if figure.is_met else "NOT MET"
        sys.stdout.write(
            f"{figure.name:4} {figure.what[:58]:58} {spread.low:9.2f} {spread.median:9.2f} "
            f"{spread.high:9.2f}  {figure.goal} ({mark})\n"
        )
    sys.stdout.flush()


def waited_for_core_s() -> float:
    """Seconds that this process's first thread could have run and something else did; Linux only.

    What a figure of a busy machine owes to others.
    """
    note = Path("/proc/self/schedstat")
    return int(note.read_text().split()[1]) / 1e9 if note.exists() else 0.0
