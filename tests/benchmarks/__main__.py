"""``python -m tests.benchmarks [voice|window]``: measure and print the figures."""

from __future__ import annotations

import asyncio
import sys

from tests.benchmarks import voice
from tests.benchmarks.figures import Figure, report


def main(arguments: list[str]) -> int:
    """Measure what is asked for; everything by default."""
    wanted = arguments or ["voice", "window"]
    measured: list[Figure] = []
    for name in wanted:
        if name == "voice":
            measured += asyncio.run(voice.figures())
        elif name == "window":
            from tests.benchmarks import window

            measured += window.figures()
        else:
            sys.stderr.write(f"There is no benchmark called {name}; there are voice and window.\n")
            return 2
    report(measured)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
