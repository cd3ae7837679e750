"""W5 of the performance page: a key is on screen while a reply streams into a long thread.

The real window in a process of its own: 800 kB of messages (200,000 tokens), and in the newest
reply, of 50 kB, 200 pieces a second. Keys come from the event queue as those of a person do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.typing_window import KEYS

ROOT = Path(__file__).parents[2]
_GOAL_MS = 50.0


def figures() -> list[Figure]:
    """Key press to painted, beside the same keys in the same window while nothing streams."""
    busy, calm = _measured("busy"), _measured("calm")
    p99 = percentile(busy["ms"], 0.99)
    return [
        Figure(
            "W5",
            "key press -> on screen while a reply streams in 200k tokens",
            "ms",
            Spread.of(busy["ms"]),
            f"p99 <= {_GOAL_MS:.0f} ms",
            p99 <= _GOAL_MS and len(busy["ms"]) == KEYS and busy["grown"] > KEYS * 20,
            Spread.of(calm["ms"]),
            {"p99": p99, "characters_streamed": busy["grown"], "floor_is": "nothing streams"},
        )
    ]


def _measured(kind: str) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.typing_window", kind],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    row: dict[str, list[float]] = json.loads(done.stdout)
    return row
