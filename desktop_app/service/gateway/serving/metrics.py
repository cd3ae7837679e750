"""Counts and durations as Prometheus reads them: its text format, version 0.0.4."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BOUNDS_S = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_MOST_LABELS = 100
"""Values of a label; a peer that invents codes must not fill the memory."""

OTHERS = "other"


@dataclass(slots=True)
class Counter:
    """Goes up. ``label`` names what tells its rows apart, or is empty."""

    name: str
    help: str
    label: str = ""
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, value: str = "") -> None:
        """One more."""
        known = value in self.rows or len(self.rows) < _MOST_LABELS
        row = value if known else OTHERS
        self.rows[row] = self.rows.get(row, 0) + 1

    def lines(self) -> Iterator[str]:
        """Of the text format."""
        yield from _head(self.name, self.help, "counter")
        rows = self.rows or ({} if self.label else {"": 0})
        for value, count in rows.items():
            yield f"{self.name}{_labels(self.label, value)} {count}"


@dataclass(slots=True)
class Gauge:
    """Is asked when it is read."""

    name: str
    help: str
    value: Callable[[], int]

    def lines(self) -> Iterator[str]:
        """Of the text format."""
        yield from _head(self.name, self.help, "gauge")
        yield f"{self.name} {self.value()}"


@dataclass(slots=True)
class _Durations:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS_S) + 1))
    total_s: float = 0.0


@dataclass(slots=True)
class Histogram:
    """Durations in seconds, by ``label``, whose values the code knows."""

    name: str
    help: str
    label: str
    rows: defaultdict[str, _Durations] = field(default_factory=lambda: defaultdict(_Durations))

    def add(self, value: str, seconds: float) -> None:
        """One more."""
        row = self.rows[value]
        row.buckets[bisect_left(_BOUNDS_S, seconds)] += 1
        row.total_s += seconds

    def lines(self) -> Iterator[str]:
        """Of the text format: buckets hold all that is not longer."""
        yield from _head(self.name, self.help, "histogram")
        for value, row in self.rows.items():
            count = 0
            for bound, more in zip((*map(str, _BOUNDS_S), "+Inf"), row.buckets, strict=True):
                count += more
                yield f"{self.name}_bucket{_labels(self.label, value, le=bound)} {count}"
            yield f"{self.name}_sum{_labels(self.label, value)} {row.total_s:.6f}"
            yield f"{self.name}_count{_labels(self.label, value)} {count}"


class GatewayMetrics:
    """What a gateway counts.

    Args:
        sessions: How many sockets are held now.
    """

    def __init__(self, sessions: Callable[[], int]) -> None:
        self.open = Gauge("parley_sessions_open", "Sockets that are held now.", sessions)
        self.sessions = Counter("parley_sessions_total", "Sockets that were admitted.")
        self.refused = Counter("parley_sessions_refused_total", "Sockets over a limit.")
        self.turns = Counter("parley_turns_total", "Turns, by how they ended.", "status")
        self.chats = Counter("parley_chats_total", "Turns over /v1/chat, by their end.", "status")
        self.errors = Counter("parley_errors_total", "Errors told to clients.", "code")
        self.stages = Histogram(
            "parley_stage_seconds",
            "transcript: from the client's commit, or from the last voiced sound of an utterance"
            " that silence ended, to its final words. Since the turn began, first_text: to the"
            " first words of the reply; first_sound: to its first sound; text: to the whole text;"
            " turn: to the end of text and speech.",
            "stage",
        )

    def text(self) -> str:
        """All of it."""
        parts = (
            *(self.open, self.sessions, self.refused, self.turns),
            *(self.chats, self.errors, self.stages),
        )
        return "\n".join([line for part in parts for line in part.lines()] + [""])


def _head(name: str, about: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _labels(name: str, value: str, **more: str) -> str:
    pairs = ({name: value} if name else {}) | more
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in pairs.items())
    return f"{{{inner}}}" if inner else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
