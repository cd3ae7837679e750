"""``python -m tests.benchmarks [PART or FIGURE ...] [--record]``: measure, print, keep the figures.

A part is ``voice``, ``streams``, ...; a figure is a number of the performance page such as ``V3``.
What fails is said at the end and costs no other figure.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from desktop_app.service.one_thread import compute_on_one_thread
from tests.benchmarks.figures import Figure, report
from tests.benchmarks.records import LATEST, RECORDED, record

_RECORD = "--record"


class Measurement(NamedTuple):
    """A function without arguments, of a module of this folder, that returns figures."""

    figures: str
    module: str
    function: str = "figures"

    def run(self) -> list[Figure]:
        """Measure. The module is imported here: that of the window brings Qt."""
        found = getattr(import_module(f"tests.benchmarks.{self.module}"), self.function)()
        return list(asyncio.run(found) if inspect.iscoroutine(found) else found)


PARTS = {
    "retrieval": (Measurement("R", "retrieval"),),
    "voice": (
        Measurement("V1", "first_sound"),
        Measurement("V2", "window", "beside_a_busy_window"),
        Measurement("V3", "hearing", "sending"),
        Measurement("V4", "hearing", "answering"),
        Measurement("V5", "voice", "stopping"),
        Measurement("V6", "interrupting"),
        Measurement("V6", "echoing"),
        Measurement("V7", "jitter"),
        Measurement("V8", "voice", "built_in_loop"),
        Measurement("V9", "hour"),
    ),
    "streams": (Measurement("S1 S2 S3", "streams"), Measurement("S4", "requests")),
    "service": (Measurement("S5", "service"),),
    "window": (
        Measurement("W1", "window", "first_paint"),
        Measurement("W2", "conversation", "growing"),
        Measurement("W3", "conversation", "long_thread"),
        Measurement("W5", "typing_keys"),
        Measurement("W6 W7", "window_threads"),
        Measurement("W4", "window_gallery"),
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for; everything by default."""
    asked = [each for each in arguments if each != _RECORD] or list(PARTS)
    for one in asked:
        if not chosen([one]):
            known = ", ".join([*PARTS, *_figure_names()])
            sys.stderr.write(f"There is no benchmark called {one}; there are {known}.\n")
            return 2
    failed, measured = list[str](), list[Figure]()
    for part, measurements in chosen(asked).items():
        found = [figure for one in measurements for figure in _run(one, failed)]
        record(part, found, LATEST)
        if _RECORD in arguments:
            record(part, found, RECORDED)
        measured += found
    report(measured)
    sys.stdout.write(f"\nKept in {LATEST}\n")
    for name in failed:
        sys.stderr.write(f"Not measured: {name}\n")
    return 1 if failed else 0


def chosen(asked: Sequence[str]) -> dict[str, list[Measurement]]:
    """The measurements of these parts and figures, by part, in their order."""
    found = {
        part: [one for one in measurements if part in asked or set(one.figures.split()) & {*asked}]
        for part, measurements in PARTS.items()
    }
    return {part: measurements for part, measurements in found.items() if measurements}


def _figure_names() -> list[str]:
    of_parts = (name for all_of in PARTS.values() for one in all_of for name in one.figures.split())
    return list(dict.fromkeys(of_parts))


def _run(measurement: Measurement, failed: list[str]) -> list[Figure]:
    sys.stderr.write(f"Measuring {measurement.figures} ({measurement.module})\n")
    try:
        return measurement.run()
    except Exception:
        traceback.print_exc()
        failed.append(f"{measurement.figures} ({measurement.module}.{measurement.function})")
        return []


if __name__ == "__main__":
    compute_on_one_thread()  # as the service does; the modules that measure bring numpy
    raise SystemExit(main(sys.argv[1:]))
