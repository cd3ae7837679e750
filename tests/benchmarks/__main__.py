"""``python -m tests.benchmarks [PART ...] [--record]``: measure, print and keep the figures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence

from tests.benchmarks.figures import Figure, report
from tests.benchmarks.records import LATEST, RECORDED, record

_RECORD = "--record"


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for; everything by default."""
    parts = [each for each in arguments if each != _RECORD] or list(_KNOWN)
    for part in parts:
        if part not in _KNOWN:
            known = ", ".join(_KNOWN)
            sys.stderr.write(f"There is no benchmark called {part}; there are {known}.\n")
            return 2
    measured: list[Figure] = []
    for part in parts:
        found = _KNOWN[part]()
        record(part, found, LATEST)
        if _RECORD in arguments:
            record(part, found, RECORDED)
        measured += found
    report(measured)
    sys.stdout.write(f"\nKept in {LATEST}\n")
    return 0


def _retrieval() -> list[Figure]:
    from tests.benchmarks import retrieval

    return asyncio.run(retrieval.figures())


def _voice() -> list[Figure]:
    from tests.benchmarks import echoing, hearing, hour, interrupting, jitter, voice

    parts = (
        voice.first_sample,
        hearing.sending,
        hearing.answering,
        voice.stopping,
        interrupting.figures,
        echoing.figures,
        jitter.figures,
        voice.built_in_loop,
        hour.figures,
    )
    return [figure for part in parts for figure in asyncio.run(part())]


def _streams() -> list[Figure]:
    from tests.benchmarks import requests, streams

    return [*streams.figures(), *requests.figures()]


def _service() -> list[Figure]:
    from tests.benchmarks import service

    return asyncio.run(service.figures())


def _window() -> list[Figure]:
    from tests.benchmarks import window, window_gallery, window_threads  # with Qt

    return [*window.figures(), *window_threads.figures(), *window_gallery.figures()]


_KNOWN: dict[str, Callable[[], list[Figure]]] = {
    "retrieval": _retrieval,
    "voice": _voice,
    "streams": _streams,
    "service": _service,
    "window": _window,
}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
