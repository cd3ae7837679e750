"""``python -m tests.benchmarks [retrieval|voice|window]``: measure and print the figures."""

from __future__ import annotations

import asyncio
import sys

from tests.benchmarks import retrieval, voice
from tests.benchmarks.figures import Figure, report


def main(arguments: list[str]) -> int:
    """Measure what is asked for; everything by default."""
    wanted = arguments or ["retrieval", "voice", "window"]
    measured: list[Figure] = []
    for name in wanted:
        if name == "retrieval":
            measured += asyncio.run(retrieval.figures())
        elif name == "voice":
            measured += asyncio.run(voice.figures())
        elif name == "window":
            from tests.benchmarks import window

            measured += window.figures()
        else:
            known = "retrieval, voice and window"
            sys.stderr.write(f"There is no benchmark called {name}; there are {known}.\n")
            return 2
    report(measured)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
